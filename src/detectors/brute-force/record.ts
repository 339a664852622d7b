/** What is remembered of a source: its latest knocks and failures exactly, long windows as paces. */
import { PACE_WORDS } from '../../lib/pace.ts';
import type { RecentTimes } from '../../lib/recent-times.ts';

export interface Rule {
  readonly counts: 'attempts' | 'failures';
  readonly threshold: number;
  readonly windowMs: number;
  /** Of a long window: where in the record its pace stands. */
  readonly paceAt: number | undefined;
}

export interface Layout {
  readonly rules: readonly Rule[];
  readonly knocks: RecentTimes;
  readonly failures: RecentTimes;
  /** The account that failed: 0 none, 1 several, else its mark. */
  readonly accountAt: number;
  /** The Call-ID of what came after the first: 0 none, 1 several, else its mark. */
  readonly callAt: number;
  /** When a failure or knock was last unproven; 0 never. */
  readonly unprovenAt: number;
  /** When the source was last found, with the lowest bit set so that it is never 0. */
  readonly foundAt: number;
  readonly words: number;
}

/** Up to here a window is counted exactly, in a word for each event; beyond in three words in all. */
const EXACT_MS = 3_600_000;

export function layOut(rules: readonly Omit<Rule, 'paceAt'>[]): Layout {
  const exact = rules.filter(({ windowMs }) => windowMs <= EXACT_MS);
  const capacity = (of: typeof rules) => Math.max(1, ...of.map(({ threshold }) => threshold));
  const knocks = { offset: 0, capacity: capacity(exact.filter(({ counts }) => counts === 'attempts')) };
  const failures = { offset: knocks.capacity + 1, capacity: capacity(exact) };
  const accountAt = failures.offset + failures.capacity + 1;
  const callAt = accountAt + 1;
  const unprovenAt = callAt + 1;
  const foundAt = unprovenAt + 1;
  let words = foundAt + 1;
  const laid = rules.map((rule): Rule => {
    if (rule.windowMs <= EXACT_MS) return { ...rule, paceAt: undefined };
    words += PACE_WORDS;
    return { ...rule, paceAt: words - PACE_WORDS };
  });
  return { rules: laid, knocks, failures, accountAt, callAt, unprovenAt, foundAt, words };
}
