/** A real Kamailio that goes by the credentials alone: whom From names is nothing to it. */
import type { Account } from './asterisk.ts';
import type { Server } from './phone.ts';
import { withSipServer } from './sip-server.ts';

/** Calls to these it takes from anybody, without asking for credentials. */
export const OPEN_NUMBER = '00881699999999';
/** No domain, as Asterisk's by default: it tells accounts apart by name alone. */
const REALM = 'pbx';

export function withCredentialServer(
  server: Server,
  accounts: readonly Account[],
  use: () => Promise<void>,
): Promise<void> {
  const args = (file: string) => ['-DD', '-E', '-f', file];
  return withSipServer({ command: 'kamailio', args, config: configuration(server, accounts), server }, () => use());
}

const configuration = ({ host, port }: Server, accounts: readonly Account[]) => `#!KAMAILIO
debug=1
log_stderror=yes
children=2
listen=udp:${host}:${port}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
request_route {
  if (is_method("ACK")) exit;
  if (!is_method("REGISTER|INVITE|MESSAGE")) {
    sl_send_reply("200", "OK");
    exit;
  }
  if ($rU != "${OPEN_NUMBER}") {
    $var(password) = "nobody's";
${accounts.map(({ user, password }) => `    if ($au == "${user}") $var(password) = "${password}";`).join('\n')}
    if (!pv_www_authenticate("${REALM}", "$var(password)", "0")) {
      www_challenge("${REALM}", "0");
      exit;
    }
  }
  if (is_method("REGISTER")) {
    append_to_reply("Contact: $ct;expires=300\\r\\n");
    sl_send_reply("200", "OK");
    exit;
  }
  append_to_reply("Contact: <sip:$rU@${host}:${port}>\\r\\n");
  t_newtran();
  t_reply("180", "Ringing");
  append_to_reply("Contact: <sip:$rU@${host}:${port}>\\r\\n");
  t_reply("200", "OK");
}
`;
