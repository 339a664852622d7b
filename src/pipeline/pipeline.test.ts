import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, signal } from '../../test/support/signals.ts';
import type { Decision } from './decision.ts';
import type { Finding } from './finding.ts';
import { type Observer, Pipeline } from './pipeline.ts';
import type { Signal } from './signal.ts';

/** Finds something in every signal whose user is its own name; throws on `bomb`. */
class NameDetector implements Observer {
  readonly name: string;
  readonly seen: number[] = [];
  readonly expired: number[] = [];

  constructor(name: string) {
    this.name = name;
  }
  observe(one: Signal): Finding | undefined {
    if (one.user === 'bomb') throw new Error('detector broke');
    this.seen.push(one.at);
    return one.user === this.name ? ({ detector: this.name, at: one.at } as Finding) : undefined;
  }
  expire(now: number): void {
    this.expired.push(now);
  }
}

function make(...names: string[]) {
  const detectors = names.map((name) => new NameDetector(name));
  const judged: Finding[] = [];
  const faults: string[] = [];
  const policy = {
    expired: [] as number[],
    observed: [] as number[],
    decide: (finding: Finding): Decision => {
      judged.push(finding);
      return { finding, action: 'watch' } as Decision;
    },
    observe: (one: Signal) => {
      if (one.user === 'poison') throw new Error('policy broke');
      policy.observed.push(one.at);
    },
    expire: (now: number) => void policy.expired.push(now),
  };
  const pipeline = new Pipeline({
    detectors,
    policy,
    onFault: (component, error) => faults.push(`${component}: ${(error as Error).message}`),
  });
  return { pipeline, detectors, policy, judged, faults };
}

describe('pipeline', () => {
  test('takes every signal through every detector, in order, and each finding through policy', () => {
    const { pipeline, detectors, judged } = make('a', 'b');
    const outcomes = pipeline.process([
      signal({ user: 'b', at: 1 }),
      signal({ user: 'a', at: 2 }),
      signal({ user: 'c', at: 3 }),
    ]);
    assert.deepEqual(
      detectors.map((one) => one.seen),
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    );
    assert.deepEqual(
      outcomes.map(({ finding, decision }) => [finding.detector, finding.at, decision.action]),
      [
        ['b', 1, 'watch'],
        ['a', 2, 'watch'],
      ],
    );
    assert.equal(judged.length, 2);
  });

  test('policy sees every signal first, and may put a finding in other words', () => {
    const { pipeline, policy, faults } = make('a');
    const [outcome] = pipeline.process([signal({ user: 'poison', at: 1 }), signal({ user: 'a', at: 2 })]);
    assert.deepEqual(policy.observed, [2]);
    assert.deepEqual(faults, ['policy: policy broke'], 'and the detectors saw the signal all the same');
    assert.equal(outcome?.finding, outcome?.decision.finding);
  });

  test('goes on without a detector that throws, and names it', () => {
    const { pipeline, faults, detectors } = make('a', 'b');
    pipeline.process([signal({ user: 'bomb' }), signal({ user: 'x' })]);
    assert.deepEqual(faults, ['a: detector broke', 'b: detector broke']);
    assert.equal(detectors[1]?.seen.length, 1);
  });

  test("time is the newest signal's, and expiry follows it", () => {
    const { pipeline, detectors, policy } = make('a');
    pipeline.process([
      signal({ at: NOW }),
      signal({ at: NOW - 5000 }),
      signal({ at: NOW + 29_999 }),
      signal({ at: NOW + 30_000 }),
    ]);
    assert.equal(pipeline.newestAt, NOW + 30_000);
    assert.deepEqual(detectors[0]?.expired, [NOW, NOW + 30_000]);
    assert.deepEqual(policy.expired, [NOW, NOW + 30_000]);
  });

  test('warming up fills the windows but decides nothing', () => {
    const { pipeline, detectors, judged } = make('a');
    pipeline.warmUp([signal({ user: 'a' }), signal({ user: 'bomb' })]);
    assert.equal(detectors[0]?.seen.length, 1);
    assert.equal(judged.length, 0);
  });
});
