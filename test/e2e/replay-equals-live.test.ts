/** A recording replayed decides exactly what the live process decided while it was written. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatSignal } from '../../src/formats/opensips-events/format-signal.ts';
import { eventually, withDaemon } from '../support/daemon.ts';
import { type SignalSketch, signal } from '../support/signals.ts';

interface Blocked {
  readonly ip: string;
  readonly at: string;
  readonly reason: string;
}

/** Ten minutes of mixed traffic that ends now: three attackers, a phone that registers, and one that fails now and then. */
function traffic(): string[] {
  const end = Date.now();
  const sketches: SignalSketch[] = [];
  for (let second = 600; second > 0; second--) {
    const at = end - second * 1000;
    if (second % 30 === 0) sketches.push({ at, ip: '198.51.100.20', kind: 'register.ok', status: 200, proven: 'yes' });
    if (second % 200 === 0) sketches.push({ at, ip: '198.51.100.21', proven: 'yes' });
    if (second % 7 === 0) sketches.push({ at, ip: '203.0.113.7', user: `${1000 + second}`, proven: 'yes' });
    if (second % 11 === 0)
      sketches.push({ at, ip: '2001:db8:5::9', kind: 'request.refused', reason: 'domain_not_found' });
    // Unproven, so blocked briefly: late enough for that to be in force still.
    if (second === 60)
      sketches.push({
        at,
        ip: '203.0.113.99',
        kind: 'request.refused',
        reason: 'decoy',
        userAgent: 'sipcli/v1.8',
        proven: 'no',
      });
  }
  return sketches.map((sketch) => `${formatSignal(signal(sketch))}\n`);
}

test('replay decides what the live run decided', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sipward-replay-'));
  const path = join(dir, 'events.log');
  const lines = traffic();
  try {
    writeFileSync(path, lines.slice(0, 40).join(''));
    const config = {
      web: { enabled: false },
      sources: { edge: { type: 'file-tail', path, format: 'opensips-events', from: 'beginning' } },
    };
    await withDaemon({ config }, async (daemon) => {
      // In pieces, the last cut in the middle of a line, as a file grows.
      const rest = lines.slice(40).join('');
      for (let from = 0; from < rest.length; from += 1777) appendFileSync(path, rest.slice(from, from + 1777));
      await eventually(async () => {
        const { health } = (await daemon.ask('status')) as unknown as {
          health: { signals: number; uncommitted: number };
        };
        assert.deepEqual([health.signals, health.uncommitted], [lines.length, 0]);
      });
      const { events } = (await daemon.ask('events', '--type', 'ip_blocked')) as unknown as {
        events: { ip: string; at: string; description: string }[];
      };
      const { decisions } = (await daemon.ask('replay', path)) as unknown as {
        decisions: (Blocked & { action: string })[];
      };
      const live = events.map(({ ip, at, description }) => ({ ip, at, reason: description })).reverse();
      const replayed = decisions
        .filter((one) => one.action === 'block')
        .map(({ ip, at, reason }) => ({ ip, at, reason }));
      assert.deepEqual(replayed, live);
      assert.deepEqual(replayed.map((one) => one.ip).toSorted(), ['2001:db8:5::/64', '203.0.113.7', '203.0.113.99']);
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
