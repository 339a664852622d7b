import type { FeedSeen, FeedSilence } from '../silence/feed-silence.ts';
import type { OwnEvents } from './own-events.ts';

/** Tells of a list or database that grows old, once, and when it is renewed. @param about its name among open events */
export function tellFeed(
  events: Pick<OwnEvents, 'note' | 'begin' | 'end'>,
  about: string,
  silence: FeedSilence,
  seen: FeedSeen,
): void {
  const change = silence.observe(seen);
  if (change?.type === 'sensor_silent') events.begin(about, { ...change, severity: 'error' });
  else if (change !== undefined) events.note({ ...change, severity: 'info' });
  if (!silence.isSilent && seen.trouble === undefined) events.end(about);
}
