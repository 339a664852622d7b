import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeedSilence } from './feed-silence.ts';

const NOW = Date.UTC(2026, 0, 15);
const HOUR = 3_600_000;

/** What is told at each hour; `freshAt` and `trouble` as of that hour. */
function told(feed: FeedSilence, hours: number, freshAt: (hour: number) => number, trouble: (hour: number) => boolean) {
  return Array.from({ length: hours }, (_, hour) =>
    feed.observe({
      at: NOW + hour * HOUR,
      freshAt: NOW + freshAt(hour) * HOUR,
      trouble: trouble(hour) ? 'ENOENT' : undefined,
    }),
  ).flatMap((change) => change?.description ?? []);
}

test('a list that is not renewed for long enough is told of once, and when it is', () => {
  const feed = new FeedSilence('list own', 24 * HOUR, HOUR);
  assert.deepEqual(
    told(
      feed,
      40,
      (hour) => (hour < 30 ? 0 : hour),
      () => false,
    ),
    [
      'list own has given nothing new since 2026-01-15T00:00:00.000Z: what is known from it grows old',
      'list own is renewed, after 1d6h',
    ],
  );
});

test('a list that may be of any age is told of if it cannot be read for an hour', () => {
  const feed = new FeedSilence('list own', Infinity, HOUR);
  assert.deepEqual(
    told(
      feed,
      40,
      () => -9999,
      (hour) => hour >= 5 && hour < 9,
    ),
    [
      'list own cannot be read since 2026-01-15T05:00:00.000Z (ENOENT): what is known from it grows old',
      'list own is renewed, after 4h',
    ],
  );
});

test('a list that cannot be read for a moment is not', () => {
  const feed = new FeedSilence('list own', Infinity, HOUR);
  assert.deepEqual(
    told(
      feed,
      40,
      () => 0,
      (hour) => hour % 2 === 0,
    ),
    [],
  );
});
