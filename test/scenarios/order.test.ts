/** The order of signals within a second says nothing, so it must change nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subjectText } from '../../src/pipeline/finding.ts';
import type { Signal } from '../../src/pipeline/signal.ts';
import { Random } from '../support/random.ts';
import { decide } from './evaluate.ts';
import { SCENARIOS } from './index.ts';

/** Clocks tell seconds only, and within one everything comes in any order. */
function shuffleSeconds(signals: readonly Signal[], random: Random): Signal[] {
  const coarse = signals.map((signal) => ({ ...signal, at: Math.floor(signal.at / 1000) * 1000 }));
  return coarse
    .map((signal) => ({ signal, rank: random.next() }))
    .sort((a, b) => a.signal.at - b.signal.at || a.rank - b.rank)
    .map(({ signal }) => signal);
}

/** Who was blocked or held. */
function verdicts(signals: readonly Signal[]): string[] {
  const told = decide(signals).filter(({ decision }) => decision.action === 'block' || decision.action === 'hold');
  return [...new Set(told.map(({ finding, decision }) => `${decision.action} ${subjectText(finding.subject)}`))].sort();
}

for (const scenario of SCENARIOS.filter(({ name }) => !['stale-password', 'forged-flood'].includes(name))) {
  test(`${scenario.name}: the same verdicts in any order within a second`, () => {
    const { signals } = scenario.play(new Random(1));
    const reference = verdicts(shuffleSeconds(signals, new Random(2)));
    for (const seed of [3, 4]) assert.deepEqual(verdicts(shuffleSeconds(signals, new Random(seed))), reference);
  });
}
