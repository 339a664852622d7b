import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hourChart } from './hour-chart.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 0, 2, 12, 30);
const THIS_HOUR = Date.UTC(2026, 0, 2, 12);

function hour(hoursAgo: number, failures: number, doorKnocks: number) {
  return { hour: THIS_HOUR - hoursAgo * HOUR_MS, failures, doorKnocks, events: 0, blocks: 0 };
}

/** Heights of the bars, failures and door knocks, oldest first. */
async function heights(hours: Parameters<typeof hourChart>[0]): Promise<readonly (readonly [number, number])[]> {
  const text = String(await hourChart(hours, NOW));
  const all = [...text.matchAll(/class="(?:failures|knocks)"[^>]* height="([\d.]+)"/g)].map(([, height]) =>
    Number(height),
  );
  return Array.from({ length: all.length / 2 }, (_, i) => [all[2 * i] ?? 0, all[2 * i + 1] ?? 0]);
}

describe('hourChart', () => {
  it('has a bar for each of the last 24 hours, this one last', async () => {
    const bars = await heights([hour(0, 10, 0), hour(23, 5, 5), hour(24, 1000, 0)]);
    assert.equal(bars.length, 24);
    assert.deepEqual(bars.at(-1), [106, 0]);
    assert.deepEqual(bars[0], [53, 53]);
    assert.deepEqual(bars[1], [0, 0]);
  });

  it('shows little beside much', async () => {
    const bars = await heights([hour(0, 1_000_000, 0), hour(1, 1, 1)]);
    assert.deepEqual(bars.at(-2), [2, 2]);
  });

  it('is empty when nothing happened', async () => {
    assert.ok((await heights([])).every(([failures, knocks]) => failures === 0 && knocks === 0));
  });

  it('says each figure in words, for those who do not see it', async () => {
    const text = String(await hourChart([hour(0, 3, 4)], NOW));
    assert.match(text, /<title>12:00 UTC: 3 failed registrations, 4 door knocks<\/title>/);
    assert.match(text, /role="img" aria-label="/);
  });
});
