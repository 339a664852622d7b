import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort, withDecoy, withSocket, withStateDir } from '../../../test/support/decoy.ts';
import { hasProgram, type Outcome, runProgram } from '../../../test/support/program.ts';
import type { Signal } from '../../pipeline/signal.ts';

/** A stranger on the same machine. */
const STRANGER = '127.0.0.66';

function needs(program: string): { skip: string | false } {
  return { skip: hasProgram(program) ? false : `${program} is not installed` };
}

/** Runs a tool of SIPVicious against a decoy and returns its output and all signals. */
async function attack(
  tool: string,
  args: readonly string[],
): Promise<{ outcome: Outcome; signals: readonly Signal[] }> {
  let result: { outcome: Outcome; signals: readonly Signal[] } | undefined;
  await withDecoy({}, async ({ host, port, signals, decoy }) => {
    const ports = ['-P', String(await freePort()), '-p', String(port)];
    const outcome = await runProgram(tool, [...ports, ...args, host]);
    assert.equal(decoy.counts.limited + decoy.counts.tooLong, 0, 'every request was answered');
    result = { outcome, signals: await signals(decoy.counts.signals) };
  });
  assert.ok(result);
  for (const signal of result.signals) assert.equal(signal.userAgent, 'friendly-scanner');
  return result;
}

describe('SIPVicious', () => {
  test('svmap finds a PBX, and is a door knock', needs('svmap'), async () => {
    const { outcome, signals } = await attack('svmap', ['-b', STRANGER]);
    assert.match(outcome.output, /Asterisk PBX/);
    assert.deepEqual(
      signals.map(({ kind, reason, method, status, proven }) => [kind, reason, method, status, proven]),
      [['request.refused', 'decoy', 'OPTIONS', 200, 'no']],
    );
    const [signal] = signals;
    assert.equal(signal?.address.text, STRANGER);
    assert.equal(signal?.from, '"sipvicious"<sip:100@1.1.1.1>');
    assert.match(signal?.branch ?? '', /^z9hG4bK-\d+$/);
    // The tag of svmap is the address it scans, in hex.
    assert.match(signal?.fromTag ?? '', /^3766303030303031/);
  });

  for (const method of ['REGISTER', 'INVITE', 'OPTIONS']) {
    test(`svwar by ${method} finds no account, and every one it tries is a door knock`, needs('svwar'), async () => {
      const { outcome, signals } = await attack('svwar', ['--force', '-e', '100-120', '-m', method]);
      assert.doesNotMatch(outcome.output, /reqauth|noauth/);
      assert.ok(signals.length >= 1);
      for (const signal of signals) {
        assert.deepEqual([signal.kind, signal.reason, signal.proven], ['request.refused', 'decoy', 'no']);
      }
      assert.ok(signals.some((signal) => signal.method === method));
    });
  }

  test(
    'svcrack is a door knock, then a failed registration for each password, all proven',
    needs('svcrack'),
    async () => {
      const { outcome, signals } = await attack('svcrack', ['-u', '1001', '-r', '1-50']);
      assert.doesNotMatch(outcome.output, /\| 1001/, 'no password was found');
      // It may ask for its challenge more than once.
      const guesses = signals.filter(({ kind }) => kind !== 'request.refused');
      assert.deepEqual([signals[0]?.kind, signals[0]?.proven], ['request.refused', 'no']);
      assert.ok(guesses.length >= 50);
      for (const guess of guesses) {
        assert.deepEqual(
          [guess.kind, guess.status, guess.proven, guess.user, guess.detail],
          ['register.failed', 401, 'yes', '1001', 'nonce fresh'],
        );
      }
    },
  );
});

const REGISTER = (authorization: string, cseq: number) => `
  <send retrans="500"><![CDATA[
REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport
From: <sip:2002@[remote_ip]>;tag=[call_number]
To: <sip:2002@[remote_ip]>
Call-ID: [call_id]
CSeq: ${cseq} REGISTER
Contact: <sip:2002@[local_ip]:[local_port]>
Max-Forwards: 70
Expires: 600
User-Agent: test phone
${authorization}Content-Length: 0

]]></send>`;

/** A phone with a wrong password: asks, is challenged, answers, is challenged again. */
const WRONG_PASSWORD = `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="register">
${REGISTER('', 1)}
  <recv response="401" auth="true"/>
${REGISTER('[authentication username=2002 password=wrong]\n', 2)}
  <recv response="401"/>
</scenario>
`;

async function sipp(scenario: string | undefined, args: readonly string[]): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), 'sipward-sipp-'));
  try {
    await writeFile(join(directory, 'scenario.xml'), scenario ?? '');
    const source = scenario === undefined ? ['-sn', 'uac'] : ['-sf', 'scenario.xml'];
    return await runProgram('sipp', [...source, '-nostdin', '-i', STRANGER, ...args], directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe('sipp', () => {
  for (const [transport, flag] of [
    ['udp', 'u1'],
    ['tcp', 't1'],
  ] as const) {
    test(`registers over ${transport} with a wrong password`, needs('sipp'), () =>
      withDecoy({}, async ({ host, port, signals }) => {
        const args = ['-t', flag, '-m', '20', '-r', '20', '-s', '2002', `${host}:${port}`];
        const { code, output } = await sipp(WRONG_PASSWORD, args);
        assert.equal(code, 0, output);
        const seen = await signals(40);
        assert.equal(seen.length, 40);
        const failed = seen.filter(({ kind }) => kind === 'register.failed');
        assert.equal(failed.length, 20);
        for (const signal of seen) {
          assert.deepEqual(
            [signal.transport, signal.user, signal.expires, signal.address.text],
            [transport, '2002', 600, STRANGER],
          );
          const proven = transport === 'tcp' || signal.kind === 'register.failed' ? 'yes' : 'no';
          assert.equal(signal.proven, proven);
        }
      }),
    );
  }

  test('calls and gets none', needs('sipp'), () =>
    withDecoy({}, async ({ host, port, signals }) => {
      const { code, output } = await sipp(undefined, [
        '-m',
        '5',
        '-r',
        '50',
        '-s',
        '00442079460000',
        `${host}:${port}`,
      ]);
      assert.equal(code, 1, 'all calls failed');
      assert.match(output, /401/);
      const seen = await signals(5);
      assert.deepEqual(
        seen.map(({ kind, method, status }) => [kind, method, status]),
        Array.from({ length: 5 }, () => ['request.refused', 'INVITE', 401]),
      );
      assert.match(seen[0]?.requestUri ?? '', /^sip:00442079460000@/);
    }),
  );
});

test('a decoy that is killed has kept what it heard', () =>
  withStateDir(undefined, async (stateDir) => {
    const script = fileURLToPath(new URL('../../../test/support/run-decoy.ts', import.meta.url));
    const child = spawn(process.execPath, [script, stateDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    await withSocket(STRANGER, async (socket) => {
      for (let i = 0; i < 500; i++) {
        const request = `OPTIONS sip:a@b SIP/2.0\r\nCall-ID: ${i}\r\n\r\n`;
        await new Promise((resolve) => socket.send(request, Number(line), '127.0.0.1', resolve));
        // So that the kernel drops none.
        if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      // What came is written within a turn of the event loop.
      await new Promise((resolve) => setTimeout(resolve, 200));
    });
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    await withDecoy({ stateDir }, async ({ signals }) => {
      const seen = await signals(500);
      assert.deepEqual(
        seen.map(({ callId }) => callId),
        Array.from({ length: 500 }, (_, i) => String(i)),
      );
    });
  }));

const FULL_DISK = `
set -e
mount -t tmpfs -o size=64k tmpfs "$1"
exec "$2" "$3" "$1"
`;

test('a full disk is told, loses nothing that fits in memory, and is made good', async (context) => {
  const script = fileURLToPath(new URL('../../../test/support/fill-disk.ts', import.meta.url));
  await withStateDir(undefined, async (directory) => {
    const args = ['-rm', 'sh', '-c', FULL_DISK, 'sh', directory, process.execPath, script];
    const { code, output } = await runProgram('unshare', args);
    if (/unshare failed|permission denied|not permitted/i.test(output)) return context.skip('no mount namespaces here');
    assert.equal(code, 0, output);
    const { faults, lines, lost } = JSON.parse(output.trim().split('\n').at(-1) ?? '');
    assert.equal(faults.length, 2);
    assert.match(faults[0], /cannot be written \(ENOSPC\)/);
    assert.match(faults[1], /written again, 0 signals found no room/);
    assert.deepEqual([lines, lost], [2000, 0]);
  });
});
