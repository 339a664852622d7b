/** The whole path in one story: a real scanner, the real kernel, and a daemon that is killed in the middle. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { eventually, type LentDaemon, withDaemon } from '../support/daemon.ts';
import { cable, type Namespace, whyNoNamespace, withNamespace } from '../support/namespace.ts';
import { hasProgram } from '../support/program.ts';

const SBC = { attacker: '10.66.1.1', good: '10.66.2.1' };
const ATTACKER = '10.66.1.66';
const GOOD = '10.66.2.20';
const SCRIPT = resolve(import.meta.dirname, '../support/sip-ping.ts');

const missing = whyNoNamespace() ?? (hasProgram('svcrack') ? undefined : 'needs svcrack (Debian: sipvicious)');
if (missing !== undefined) process.stdout.write(`# kernel-block: skipped, ${missing}\n`);
assert.ok(missing === undefined || process.env.CI !== 'true', `CI must not skip this: ${missing}`);

const ping = (from: Namespace, host: string, count = 1) =>
  from.sh(process.execPath, SCRIPT, host, '5060', '700', String(count)).trim();

/** Runs svcrack until the attacker is blocked: left alone it would try for half a minute more. */
async function crackUntilBlocked(attacker: Namespace, daemon: LentDaemon): Promise<void> {
  const [file = '', ...args] = [...attacker.prefix, 'svcrack', '-u', '100', '-r', '1-200', SBC.attacker];
  const scanner = spawn(file, args, { stdio: 'ignore' });
  try {
    await eventually(async () => assert.deepEqual(await blocked(daemon), [ATTACKER]));
  } finally {
    scanner.kill();
    await once(scanner, 'exit');
  }
}

const config = (blockTime: string) => ({
  enforcement: 'enforce',
  web: { enabled: false },
  sources: { decoy: { type: 'decoy', listen: [`${SBC.attacker}:5060`, `${SBC.good}:5060`] } },
  policy: { 'block-times': [blockTime], 'unproven-block-times': [blockTime] },
  // The good source talks to the decoy, which nobody else has a reason to: here it stands for an honest one.
  detectors: {
    'decoy-touch': { mode: 'off' },
    'brute-force': { rules: [{ count: 'failures', threshold: 5, window: '5m' }] },
  },
});

type Story = (daemon: LentDaemon, attacker: Namespace, good: Namespace, sbc: Namespace) => Promise<void>;

function tell(blockTime: string, story: Story): Promise<void> {
  return withNamespace((sbc) =>
    withNamespace((attacker) =>
      withNamespace(async (good) => {
        cable('a', sbc, SBC.attacker, attacker, ATTACKER);
        cable('g', sbc, SBC.good, good, GOOD);
        await withDaemon({ config: config(blockTime), prefix: sbc.prefix }, (daemon) =>
          story(daemon, attacker, good, sbc),
        );
      }),
    ),
  );
}

const blocked = async (daemon: LentDaemon) =>
  ((await daemon.ask('blocks')) as unknown as { blocks: { target: string }[] }).blocks.map((block) => block.target);
const signalCount = async (daemon: LentDaemon) =>
  ((await daemon.ask('status')) as unknown as { health: { signals: number } }).health.signals;

test('a scanner is shut out by the kernel while others are served; unblock lets it in at once', { skip: missing }, () =>
  tell('1h', async (daemon, attacker, good) => {
    assert.equal(ping(attacker, SBC.attacker), 'answered');
    await crackUntilBlocked(attacker, daemon);
    const before = await signalCount(daemon);
    assert.equal(ping(attacker, SBC.attacker, 50), 'silent');
    assert.equal(await signalCount(daemon), before, 'not one packet arrived');
    assert.equal(ping(good, SBC.good), 'answered');
    await daemon.ask('unblock', ATTACKER);
    assert.equal(ping(attacker, SBC.attacker), 'answered');
    assert.deepEqual(await blocked(daemon), []);
  }),
);

test('a block outlives kill -9, and the restart leaves no gap', { skip: missing }, () =>
  tell('1h', async (daemon, attacker, good, sbc) => {
    await crackUntilBlocked(attacker, daemon);
    await daemon.kill();
    assert.match(sbc.sh('nft', 'list', 'table', 'inet', 'sipward'), /10\.66\.1\.66/);
    await daemon.start();
    assert.equal(ping(attacker, SBC.attacker, 20), 'silent');
    assert.equal(ping(good, SBC.good), 'answered');
    assert.deepEqual(await blocked(daemon), [ATTACKER]);
    const events = (await daemon.ask('events')) as unknown as { events: { type: string }[] };
    assert.equal(events.events.filter((event) => event.type === 'ip_blocked').length, 1, 'decided once');
    assert.equal(await daemon.stop(), 0);
    assert.match(
      sbc.sh('nft', 'list', 'table', 'inet', 'sipward'),
      /10\.66\.1\.66/,
      'in force after an orderly end too',
    );
  }),
);

test('a block ends by itself, in the kernel and in the store alike', { skip: missing }, () =>
  tell('5s', async (daemon, attacker, _good, sbc) => {
    await crackUntilBlocked(attacker, daemon);
    assert.equal(ping(attacker, SBC.attacker), 'silent');
    await eventually(() => assert.equal(ping(attacker, SBC.attacker), 'answered'));
    await eventually(async () => assert.deepEqual(await blocked(daemon), []));
    assert.doesNotMatch(sbc.sh('nft', 'list', 'table', 'inet', 'sipward'), /10\.66\.1\.66/);
    const events = (await daemon.ask('events', '--type', 'ip_unblocked')) as unknown as { events: unknown[] };
    assert.equal(events.events.length, 1);
  }),
);
