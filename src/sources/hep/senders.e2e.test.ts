/** The capture agents of real servers: what they send becomes the signals of what phones did. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AsteriskProgram, findAsterisk, NO_ASTERISK, withAsterisk } from '../../../test/support/asterisk.ts';
import { findOpensips, freePort, loopbackNet, NO_OPENSIPS } from '../../../test/support/opensips.ts';
import { Phone, type Server } from '../../../test/support/phone.ts';
import { hasProgram } from '../../../test/support/program.ts';
import { withSipServer } from '../../../test/support/sip-server.ts';
import { withSource } from '../../../test/support/source.ts';
import { hepConfig } from './config.ts';
import { Hep } from './hep.ts';

interface Agent {
  readonly command: string;
  readonly args: (file: string) => readonly string[];
  /** The server's configuration: it registers 1001 with password "secret" and knows no other request. */
  readonly config: (server: Server, hepPort: number, ownHepPort: number) => string;
}

const kamailio = (version: number): Agent => ({
  command: 'kamailio',
  args: (file) => ['-DD', '-E', '-f', file],
  config: ({ host, port }, hepPort) => `#!KAMAILIO
debug=0
log_stderror=yes
children=1
listen=udp:${host}:${port}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
loadmodule "siptrace.so"
modparam("siptrace", "trace_to_database", 0)
modparam("siptrace", "duplicate_uri", "sip:127.0.0.1:${hepPort}")
modparam("siptrace", "hep_mode_on", 1)
modparam("siptrace", "hep_version", ${version})
modparam("siptrace", "trace_on", 1)
modparam("siptrace", "trace_mode", 1)
request_route {
  if (!is_method("REGISTER")) { sl_send_reply("404", "Not Here"); exit; }
  if (!pv_www_authenticate("example.com", "secret", "0")) { www_challenge("example.com", "0"); exit; }
  sl_send_reply("200", "OK");
}
`,
});

function opensips(modulesDir: string, binary: string, transport: 'udp' | 'tcp', version: number): Agent {
  return {
    command: binary,
    args: (file) => ['-F', '-f', file],
    config: ({ host, port }, hepPort, ownHepPort) => `
log_level=1
stderror_enabled=yes
syslog_enabled=no
udp_workers=1
socket=udp:${host}:${port}
socket=tcp:${host}:${port}
socket=hep_${transport}:127.0.0.1:${ownHepPort}
mpath="${modulesDir}/"
loadmodule "proto_udp.so"
loadmodule "proto_tcp.so"
loadmodule "proto_hep.so"
loadmodule "signaling.so"
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "sipmsgops.so"
loadmodule "auth.so"
loadmodule "tracer.so"
modparam("proto_hep", "hep_id", "[sipward] 127.0.0.1:${hepPort}; version=${version}; transport=${transport}")
modparam("tracer", "trace_id", "[tid]uri=hep:sipward")
modparam("auth", "secret", "0123456789abcdef0123456789abcdef")
modparam("auth", "username_spec", "$var(username)")
modparam("auth", "password_spec", "$var(password)")
modparam("auth", "calculate_ha1", 1)
route {
  $var(trace_id) = "tid";
  trace($var(trace_id), "t");
  if (!is_method("REGISTER")) { sl_send_reply(404, "Not Here"); exit; }
  $var(username) = "1001";
  $var(password) = "secret";
  if (!pv_www_authorize("example.com")) { www_challenge("example.com", "auth"); exit; }
  sl_send_reply(200, "OK");
}
`,
  };
}

async function withServer(agent: Agent, hepPort: number, use: (server: Server) => Promise<void>): Promise<void> {
  const server = { host: `${loopbackNet()}.1`, port: 5060 };
  const config = agent.config(server, hepPort, await freePort());
  await withSipServer({ ...agent, config, server }, () => use(server));
}

/** A phone with the right password, a guesser, a scanner. */
async function tryAgent(agent: Agent): Promise<void> {
  await withSource(
    { create: (context) => new Hep(hepConfig.parse({ type: 'hep', listen: ['127.0.0.1:0'] }), context) },
    async ({ source, signals, faults }) => {
      const hepPort = (await source.opened)[0]?.port ?? 0;
      await withServer(agent, hepPort, async (server) => {
        await signals(1);
        await using phone = await Phone.open('127.0.0.71', server);
        await using guesser = await Phone.open('127.0.0.72', server);
        await using scanner = await Phone.open('127.0.0.73', server);
        assert.equal(await phone.register('1001', 'secret'), 200);
        // Kamailio makes nonces of the second alone: one that two clients were sent would prove nothing.
        await sleep(1100);
        for (const password of ['1001', '1234', 'password'])
          assert.equal(await guesser.register('1001', password), 401);
        assert.equal(await scanner.options('100'), 404);
        const told = (await signals(6)).slice(1).map(({ kind, address, proven, status, user, userAgent, reason }) => {
          return [kind, address.text, proven, status, user, userAgent, reason].join(' ');
        });
        const failed = 'register.failed 127.0.0.72 yes 401 1001 Test Phone Unauthorized';
        assert.deepEqual(told, [
          'register.ok 127.0.0.71 yes 200 1001 Test Phone OK',
          failed,
          failed,
          failed,
          'request.refused 127.0.0.73 no 404 100 Test Phone domain_not_found',
        ]);
        assert.deepEqual(faults, []);
      });
    },
  );
}

const asterisk = findAsterisk();

/** res_hep reports what chan_pjsip takes and sends. */
async function tryAsterisk(program: AsteriskProgram): Promise<void> {
  const host = `${loopbackNet()}.1`;
  const udp = `[udp]\ntype=transport\nprotocol=udp\nbind=${host}:5060`;
  const templates = '[phone](!)\ntype=endpoint\ncontext=phones\n[account](!)\ntype=aor\nmax_contacts=3';
  await withSource(
    { create: (context) => new Hep(hepConfig.parse({ type: 'hep', listen: ['127.0.0.1:0'] }), context) },
    async ({ source, signals, faults }) => {
      const hepPort = (await source.opened)[0]?.port ?? 0;
      const settings = {
        pjsip: `${udp}\n${templates}`,
        accounts: [{ user: '1001', password: 'secret' }],
        modules: ['res_hep', 'res_hep_pjsip'],
        files: { 'hep.conf': `[general]\nenabled=yes\ncapture_address=127.0.0.1:${hepPort}\ncapture_id=7` },
      };
      await withAsterisk(program, settings, async () => {
        await using phone = await Phone.open('127.0.0.71', { host, port: 5060 });
        await using guesser = await Phone.open('127.0.0.72', { host, port: 5060 });
        assert.equal(await phone.register('1001', 'secret'), 200);
        for (const password of ['1001', '1234', 'password'])
          assert.equal(await guesser.register('1001', password), 401);
        const failed = 'register.failed 127.0.0.72 yes 1001';
        assert.deepEqual(
          (await signals(4)).map(({ kind, address, proven, user }) => `${kind} ${address.text} ${proven} ${user}`),
          ['register.ok 127.0.0.71 yes 1001', failed, failed, failed],
        );
        assert.deepEqual(faults, []);
      });
    },
  );
}

describe('HEP of real servers', () => {
  it('Asterisk res_hep', { skip: asterisk === undefined && NO_ASTERISK }, async () => {
    if (asterisk !== undefined) await tryAsterisk(asterisk);
  });

  const skip = !hasProgram('kamailio') && 'Kamailio is not on the PATH';
  for (const version of [1, 2, 3]) {
    it(`Kamailio siptrace, HEP version ${version}`, { skip }, () => tryAgent(kamailio(version)));
  }

  const programs = findOpensips();
  if (programs.length === 0) it('OpenSIPS tracer', { skip: NO_OPENSIPS }, () => {});
  for (const { binary, version, modulesDir } of programs) {
    for (const [transport, hep] of [
      ['udp', 1],
      ['udp', 2],
      ['udp', 3],
      ['tcp', 3],
    ] as const) {
      it(`OpenSIPS ${version} tracer over ${transport}, HEP version ${hep}`, () =>
        tryAgent(opensips(modulesDir, binary, transport, hep)));
    }
  }
});
