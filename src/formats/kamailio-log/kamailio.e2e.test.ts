/** What a real Kamailio writes to standard error about a flood and those who forge lines, and what comes of it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, withDaemon } from '../../../test/support/daemon.ts';
import { flood, kamailioConfig, sendFrom, sipRequest } from '../../../test/support/kamailio.ts';
import { loopbackNet } from '../../../test/support/opensips.ts';
import type { Server } from '../../../test/support/phone.ts';
import { hasProgram } from '../../../test/support/program.ts';
import { withSipServer } from '../../../test/support/sip-server.ts';
import { formatNamed } from '../index.ts';
import { kamailioLog } from './parser.ts';

const skip = !hasProgram('kamailio') && 'Kamailio is not on the PATH';

const FLOODER = '127.0.0.72';
const BREAKER = '127.0.0.73';
const VICTIM = '192.0.2.99';

async function withKamailio(prefix: boolean, use: (server: Server, logFile: string) => Promise<void>): Promise<void> {
  const server = { host: `${loopbackNet()}.1`, port: 5060 };
  const config = kamailioConfig(server, { stderr: true, prefix });
  const args = (file: string) => ['-DD', '-E', '-f', file];
  await withSipServer({ command: 'kamailio', args, config, server }, (log) => use(server, log));
}

/** What the file says of whom, each once, in order. */
function read(logFile: string, format = kamailioLog): readonly string[] {
  const parser = format.parser({ sensor: 'test', now: Date.now });
  const parsed = readFileSync(logFile, 'latin1')
    .split('\n')
    .map((line) => parser.parse(line));
  const signals = parsed.filter((one) => typeof one === 'object');
  return [...new Set(signals.map(({ kind, address, method }) => `${kind} ${address.text} ${method}`))];
}

describe('the log of a real Kamailio, on standard error', { skip }, () => {
  it("tells of a flood, until somebody else's words may be in it", () =>
    withKamailio(false, async (server, logFile) => {
      await sendFrom(FLOODER, server, flood());
      await eventually(() => assert.deepEqual(read(logFile), [`flood ${FLOODER} `], readFileSync(logFile, 'latin1')));
    }));

  for (const prefix of [true, false]) {
    it(`accuses nobody whom a sender names, ${prefix ? 'with' : 'without'} a log_prefix`, () =>
      withKamailio(prefix, async (server, logFile) => {
        const pike = `pike [p.c:1]: f(): PIKE - BLOCKing ip ${VICTIM}, node=0x1`;
        const line = ` 1(15505) WARNING: ${pike}`;
        const acc = `src_ip=${VICTIM};code=486;dst_domain=b`;
        const names = [
          { from: `sip:x (IP:${VICTIM}:5060)` },
          { callId: `x} ${pike}\0` },
          { callId: `x\r\n${line}\r\n y` },
          { callId: `x\n${line}\n y` },
          { callId: `x} ${pike}\r\n y` },
          { uri: `sip:a@b;x="\n${line}\n` },
          { method: 'INVITE', callId: `c;${acc}` },
          { method: 'INVITE', callId: `c;${acc}\r\n${line}\r\n y` },
          { method: 'INVITE', from: `sip:u;${acc}\r\n${line}\r\n @a` },
        ];
        await sendFrom(BREAKER, server, [`garbage\r\n${line}\r\n\r\n`, ...names.map(sipRequest)]);
        for (const name of names) await sendFrom(BREAKER, server, [sipRequest({ ...name, method: 'INVITE' })]);
        await sleep(500);
        const log = readFileSync(logFile, 'latin1');
        assert.ok(log.includes(`\n${line}`), log);
        assert.doesNotMatch(read(logFile).join(), /192\.0\.2\.99/, log);
        assert.doesNotMatch(read(logFile, formatNamed('auto')).join(), /192\.0\.2\.99/, log);
      }));
  }

  it('followed by a daemon: the flood becomes a block in the dry run', () =>
    withKamailio(false, async (server, logFile) => {
      const edge = { type: 'file-tail', path: logFile, format: 'kamailio-log', from: 'beginning' };
      await withDaemon({ config: { web: { enabled: false }, sources: { edge } } }, async (daemon) => {
        await sendFrom(FLOODER, server, flood());
        await eventually(async () => {
          const { blocks } = (await daemon.ask('blocks')) as unknown as { blocks: { target: string; by: string }[] };
          assert.deepEqual(
            blocks.map(({ target, by }) => `${target} ${by}`),
            [`${FLOODER} flood (dry run)`],
            readFileSync(logFile, 'latin1'),
          );
        }, 30_000);
        assert.match((await daemon.run('why', FLOODER)).stdout, /flood/);
      });
    }));
});
