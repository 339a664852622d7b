/** Somebody who has read the source: what was tried against it, and comes to nothing now. All with the defaults. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Signal } from '../../src/pipeline/signal.ts';
import { Actor, DAY, DOMAIN, HOUR, MINUTE, START, times } from './actors.ts';
import { decide } from './evaluate.ts';
import { inOrder } from './scenario.ts';

const HOME = '198.51.100.70';
const BORROWED = { userAgent: 'Grandstream GXP1625 1.0.7.13' };

/** What came of it: `type action code`, with how often. */
function tally(...actors: readonly (readonly Signal[])[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { finding, decision } of decide(inOrder(...actors))) {
    const what = `${finding.type} ${decision.action} ${decision.code}`;
    found[what] = (found[what] ?? 0) + 1;
  }
  return found;
}

/** The owner's phone, for ten days before the attack. */
function owner(): Signal[] {
  const phone = new Actor(HOME);
  return times(480, START - 10 * DAY, 30 * MINUTE).map((at) => phone.registers(at, '1000'));
}

/** `PbX.example`: a spelling of the domain for each number. */
function spelling(number: number): string {
  return [...DOMAIN].map((letter, i) => ((number >> i) & 1 ? letter.toUpperCase() : letter)).join('');
}

describe('one account under many spellings is one account', () => {
  test('for who counts the sources that guess at it, and for who looks at the one that gets in', () => {
    const guesses = times(30, START, 5 * MINUTE).map((at, i) =>
      new Actor(`${20 + i}.0.0.1`, BORROWED).fails(at, '1000', { domain: spelling(i + 1) }),
    );
    const found = tally(owner(), guesses, [new Actor('20.0.0.1', BORROWED).registers(START + 4 * HOUR, '1000')]);
    assert.ok((found['distributed_attack block threshold'] ?? 0) > 10, JSON.stringify(found));
    assert.equal(found['account_compromised hold no_address'], 1);
  });
});
