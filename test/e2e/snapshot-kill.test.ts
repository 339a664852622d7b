/** What the detectors know survives kill -9: nothing is forgotten, and nothing counted twice. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatSignal } from '../../src/formats/opensips-events/format-signal.ts';
import { eventually, type LentDaemon, withDaemon } from '../support/daemon.ts';
import { type SignalSketch, signal } from '../support/signals.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CRACKER = '203.0.113.7';
const PHONE = '198.51.100.20';

interface Event {
  readonly type: string;
  readonly ip: string;
  readonly aor: string;
  readonly description: string;
}

async function findings(daemon: LentDaemon): Promise<readonly Event[]> {
  const { events } = (await daemon.ask('events')) as unknown as { events: readonly Event[] };
  return events.filter(({ type }) => type !== 'source_restarted');
}

test('windows and known-good addresses survive kill -9, and no signal is counted twice', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sipward-kill-'));
  const path = join(dir, 'events.log');
  const now = Date.now();
  const append = (...sketches: readonly SignalSketch[]) => {
    appendFileSync(path, sketches.map((sketch) => `${formatSignal(signal(sketch))}\n`).join(''));
  };
  /** The cracker's failures, one every three minutes: ten within the hour are found, nine are not. */
  const failures = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      ip: CRACKER,
      user: '3000',
      at: now - 40 * MINUTE + (from + i) * 3 * MINUTE,
    }));
  const strangers = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({ ip: `100.64.${from + i}.1`, at: now - 5 * HOUR + (from + i) * MINUTE }));
  const config = {
    web: { enabled: false },
    sources: { edge: { type: 'file-tail', path, format: 'opensips-events', from: 'beginning' } },
  };
  try {
    writeFileSync(path, '');
    await withDaemon({ config }, async (daemon) => {
      const taken = async (signals: number) =>
        eventually(async () => {
          const { health } = (await daemon.ask('status')) as unknown as {
            health: { signals: number; uncommitted: number };
          };
          assert.deepEqual([health.signals, health.uncommitted], [signals, 0]);
        });
      append(
        ...strangers(0, 10),
        { ip: PHONE, kind: 'register.ok', status: 200, at: now - 2 * HOUR },
        ...failures(0, 6),
      );
      await taken(17);
      const takenAt = Date.now();
      await eventually(
        () => assert.ok(statSync(join(daemon.stateDir, 'detection.snapshot')).mtimeMs > takenAt, 'no snapshot yet'),
        30_000,
      );
      append(...failures(6, 2));
      await taken(19);
      await daemon.kill();
      await daemon.start();

      append(...failures(8, 1));
      await taken(1);
      assert.deepEqual(await findings(daemon), [], 'nine failures, each counted once');

      append(...failures(9, 1), { ip: '100.64.99.1', at: now - 5 * MINUTE });
      append(...[0, 1, 2, 3, 4].map((i) => ({ ip: PHONE, at: now - 3 * MINUTE + i * 1000 })));
      await taken(8);
      const found = await findings(daemon);
      const about = (type: string) => found.find((event) => event.type === type);
      assert.match(
        about('brute_force_detected')?.description ?? '',
        /^blocked for 1h: 10 failed registrations within 1h$/,
      );
      assert.match(about('distributed_attack')?.description ?? '', /^10 sources failed at one account within 1d/);
      assert.equal(about('misconfigured_device')?.ip, PHONE);
      assert.deepEqual(
        found.filter(({ type }) => type === 'ip_blocked').map(({ ip }) => ip),
        [CRACKER],
      );
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
