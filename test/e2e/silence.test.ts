/** Silence as it happens: a ruleset that somebody flushes, a table that is deleted, a blocked scanner that is still heard. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { toldEvents } from '../../src/daemon/own-events.testkit.ts';
import { SilenceWatch } from '../../src/daemon/silence-watch.ts';
import { SourceRunner } from '../../src/daemon/source-runner.ts';
import { silenceConfig } from '../../src/silence/config.ts';
import { fileTailConfig } from '../../src/sources/file-tail/config.ts';
import { FileTail } from '../../src/sources/file-tail/file-tail.ts';
import { eventually, type LentDaemon, withDaemon } from '../support/daemon.ts';
import { cable, type Namespace, whyNoNamespace, withNamespace } from '../support/namespace.ts';
import { hasProgram } from '../support/program.ts';

const missing = whyNoNamespace() ?? (hasProgram('svcrack') ? undefined : 'needs svcrack (Debian: sipvicious)');
if (missing !== undefined) process.stdout.write(`# silence: skipped, ${missing}\n`);
assert.ok(missing === undefined || process.env.CI !== 'true', `CI must not skip this: ${missing}`);

interface Event {
  readonly type: string;
  readonly severity: string;
  readonly ip: string;
  readonly description: string;
}

const eventsOf = async (daemon: LentDaemon, type: string) =>
  ((await daemon.ask('events', '--type', type)) as unknown as { events: Event[] }).events;
const problemsOf = async (daemon: LentDaemon) =>
  ((await daemon.ask('status')) as unknown as { health: { problems: string[] } }).health.problems;
const table = (sbc: Namespace) => sbc.sh('nft', 'list', 'table', 'inet', 'sipward');

test(
  'a ruleset that is flushed again and again is put right each time, and told of as one thing',
  { skip: missing },
  () =>
    withNamespace((sbc) =>
      withDaemon(
        { config: { enforcement: 'enforce', web: { enabled: false }, sources: {} }, prefix: sbc.prefix },
        async (daemon) => {
          await daemon.ask('block', '203.0.113.7');
          const flushes: readonly string[][] = [
            ['nft', 'flush', 'ruleset'],
            ['nft', 'delete', 'table', 'inet', 'sipward'],
            ['nft', 'flush', 'ruleset'],
            ['nft', 'flush', 'ruleset'],
          ];
          for (const flush of flushes) {
            sbc.sh(...flush);
            await eventually(() => assert.match(table(sbc), /203\.0\.113\.7/));
          }
          await eventually(async () => assert.equal((await eventsOf(daemon, 'enforcement_failing')).length, 1));
          const [event] = await eventsOf(daemon, 'enforcement_failing');
          assert.match(
            `${event?.severity} ${event?.description}`,
            /^critical nftables had to be put right for the third time/,
          );
          assert.equal(
            (await eventsOf(daemon, 'enforcement_repaired')).length,
            2,
            'the others are not told one by one',
          );
          assert.match((await problemsOf(daemon)).join(), /enforcer nftables: something else empties/);
          assert.match((await daemon.run('doctor')).stdout, /something else empties or changes it again and again/);
        },
      ),
    ),
);

test('a blocked scanner that comes in where nothing is blocked is told of', { skip: missing }, () =>
  // The kernel layer is in another namespace than the decoy, as with a container or a proxy of its own.
  withNamespace((elsewhere) =>
    withNamespace((attacker) =>
      withNamespace(async (sbc) => {
        cable('a', sbc, '10.66.1.1', attacker, '10.66.1.66');
        const config = {
          enforcement: 'enforce',
          web: { enabled: false },
          sources: { decoy: { type: 'decoy', listen: ['10.66.1.1:5060'] } },
          enforcers: { nftables: { prefix: [...elsewhere.prefix] } },
          silence: { 'still-heard-after': '1s' },
        };
        await withDaemon({ config, prefix: sbc.prefix }, async (daemon) => {
          const [file = '', ...args] = [...attacker.prefix, 'svcrack', '-u', '100', '-r', '1-99999', '10.66.1.1'];
          const scanner = spawn(file, args, { stdio: 'ignore' });
          try {
            await eventually(async () => assert.equal((await eventsOf(daemon, 'block_ineffective')).length, 1), 60_000);
          } finally {
            scanner.kill();
            await once(scanner, 'exit');
          }
          const [event] = await eventsOf(daemon, 'block_ineffective');
          assert.equal(event?.ip, '10.66.1.66');
          assert.match(
            event?.description ?? '',
            /^10\.66\.1\.66 is blocked for \d+s already and is still heard by decoy: nftables holds it, but the packets/,
          );
          assert.match(
            (await problemsOf(daemon)).join(),
            /blocked addresses are still heard, .* 10\.66\.1\.66 by decoy/,
          );
          assert.match(table(elsewhere), /10\.66\.1\.66/);
        });
      }),
    ),
  ),
);

const MINUTE = 60_000;
const WEEK = 7 * 24 * 60 * MINUTE;

test('a log that is no longer written to is told of, and when it is again; only the clock is not real', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'sipward-silence-'));
  const path = join(directory, 'x.log');
  writeFileSync(path, '');
  const stop = new AbortController();
  const time = { now: Date.UTC(2026, 0, 5) };
  const clock = () => time.now;
  const told: string[] = [];
  const watch = new SilenceWatch({
    config: silenceConfig.parse({}),
    clock,
    log: { warn: () => {} },
    events: toldEvents(told, ({ type, description }) => `${type}: ${description}`).events,
  });
  const config = fileTailConfig.parse({ type: 'file-tail', path, from: 'beginning' });
  const runner = new SourceRunner({
    source: new FileTail(config, { name: 'edge', stateDir: directory, clock, onFault: assert.fail }),
    type: 'file-tail',
    from: undefined,
    intake: { take: () => {}, hasRoom: () => Promise.resolve(true), drained: () => Promise.resolve() },
    onFault: assert.fail,
  });
  const running = runner.run(stop.signal);
  /** Looks once a minute; `write` is called every five. */
  const pass = async (ms: number, write?: () => Promise<void>) => {
    for (const until = time.now + ms; time.now < until; time.now += MINUTE) {
      if (write !== undefined && time.now % (5 * MINUTE) === 0) await write();
      await watch.lookAtSources([runner]);
    }
  };
  const write = async () => {
    const before = runner.health().signals;
    appendFileSync(path, 'E_SIPWARD,1,register.failed,1763864688,0,203.0.113.7,5060\n');
    while (runner.health().signals === before) await new Promise(setImmediate);
  };
  try {
    await eventually(() => assert.equal(runner.health().state, 'ok'));
    await pass(3 * WEEK, write);
    assert.deepEqual(told, []);
    await pass(40 * MINUTE);
    assert.match(
      told.join(),
      /^sensor_silent: edge gave no signal for \d\dm; on Mondays at this hour it gives 12 an hour; nothing at all was read$/,
    );
    unlinkSync(path);
    await pass(10 * MINUTE);
    writeFileSync(path, '');
    await eventually(write);
    await pass(MINUTE);
    assert.match(told[1] ?? '', /^sensor_resumed: edge speaks again, after 5\dm$/);
    assert.equal(told.length, 2);
  } finally {
    stop.abort();
    await running;
    rmSync(directory, { recursive: true });
  }
});
