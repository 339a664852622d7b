/** Kamailio with a log, and requests that make it complain. */
import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from './phone.ts';

export interface KamailioLogging {
  /** To standard error, else to syslog. */
  readonly stderr: boolean;
  /** With the `log_prefix` of the configuration that Kamailio installs, which holds the Call-ID. */
  readonly prefix: boolean;
}

/** Logs what the configuration that Kamailio installs does. */
export const kamailioConfig = ({ host, port }: Server, { stderr, prefix }: KamailioLogging) => `#!KAMAILIO
debug=2
log_stderror=${stderr ? 'yes' : 'no'}
${prefix ? 'log_prefix="{$mt $hdr(CSeq) $ci} "' : ''}
children=1
listen=udp:${host}:${port}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "sanity.so"
loadmodule "pike.so"
loadmodule "acc.so"
modparam("sanity", "autodrop", 0)
modparam("pike", "sampling_time_unit", 2)
modparam("pike", "reqs_density_per_unit", 16)
modparam("acc", "log_flag", 1)
modparam("acc", "log_missed_flag", 2)
modparam("acc", "failed_transaction_flag", 3)
modparam("acc", "log_extra",
  "src_user=$fU;src_domain=$fd;src_ip=$si;dst_ouser=$tU;dst_user=$rU;dst_domain=$rd")
request_route {
  if (!pike_check_req()) {
    xlog("L_ALERT", "ALERT: pike blocking $rm from $fu (IP:$si:$sp)\\n");
    exit;
  }
  if (!sanity_check("17895", "7")) {
    xlog("Malformed SIP request from $si:$sp\\n");
    exit;
  }
  if (is_method("INVITE")) {
    setflag(1); setflag(2); setflag(3);
    t_newtran();
    t_reply("404", "Not Here");
    exit;
  }
  sl_send_reply("200", "OK");
}
`;

interface RequestSketch {
  readonly method?: string;
  readonly uri?: string;
  readonly from?: string;
  readonly callId?: string;
}

export function sipRequest({
  method = 'OPTIONS',
  uri = 'sip:100@example.com',
  from = 'sip:1@a',
  callId = 'c',
}: RequestSketch): string {
  const via = 'Via: SIP/2.0/UDP 127.0.0.7:5060;rport;branch=z9hG4bK';
  const head = [`${method} ${uri} SIP/2.0`, `${via}${Math.random()}`, 'Max-Forwards: 70', `From: <${from}>;tag=1`];
  return [...head, `To: <${uri}>`, `Call-ID: ${callId}`, `CSeq: 1 ${method}`, 'Content-Length: 0', '', ''].join('\r\n');
}

/** Datagrams, from a loopback address. */
export async function sendFrom(from: string, { host, port }: Server, messages: readonly string[]): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, from, resolve));
  for (const message of messages) {
    await new Promise((resolve) => socket.send(Buffer.from(message, 'latin1'), port, host, resolve));
    await sleep(2);
  }
  socket.close();
}

/** More than pike allows. */
export function flood(): readonly string[] {
  return Array.from({ length: 100 }, (_, i) => sipRequest({ callId: `flood${i}` }));
}
