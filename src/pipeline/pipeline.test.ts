import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, signal } from '../../test/support/signals.ts';
import type { Decision } from './decision.ts';
import type { Finding } from './finding.ts';
import { type Correlation, type Observer, Pipeline } from './pipeline.ts';
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
    spares: () => false,
    decide: (finding: Finding): Decision => {
      judged.push(finding);
      return { finding, action: 'watch' } as Decision;
    },
    observe: (one: Signal) => {
      if (one.user === 'poison') throw new Error('policy broke');
      policy.observed.push(one.at);
      return one.callId === 'told by b' ? 2 : 0;
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

  test('a detector that policy spares does not see the signal, the others do', () => {
    const { pipeline, detectors } = make('a', 'b', 'c');
    pipeline.process([signal({ at: 1, callId: 'told by b' }), signal({ at: 2 })]);
    assert.deepEqual(
      detectors.map((one) => one.seen),
      [[1, 2], [2], [1, 2]],
    );
  });

  test('warming up fills the windows but decides nothing', () => {
    const { pipeline, detectors, judged } = make('a');
    pipeline.warmUp([signal({ user: 'a' }), signal({ user: 'bomb' })]);
    assert.equal(detectors[0]?.seen.length, 1);
    assert.equal(judged.length, 0);
  });
});

describe('findings that have to do with each other', () => {
  /** Takes the second and every further finding for a campaign, and tells of it once; it ends when time goes on. */
  class Correlator extends NameDetector {
    readonly found: string[] = [];
    readonly #ends: Finding[] = [];

    correlate(finding: Finding): Correlation | undefined {
      if (finding.identity === 'fault') throw new Error('correlator broke');
      this.found.push(finding.identity);
      if (this.found.length < 2) return undefined;
      const isFirst = this.found.length === 2;
      const subject = { kind: 'campaign', campaign: 'c' } as const;
      const about = { type: 'campaign_detected', detector: this.name, subject } as const;
      const news = { ...about, identity: 'formed' } as Finding;
      if (isFirst) this.#ends.push({ ...about, identity: 'ended' } as Finding);
      return { campaign: 'c', earlier: isFirst ? this.found.slice(0, 1) : [], news: isFirst ? news : undefined };
    }
    conclude(): readonly Finding[] {
      return this.#ends.splice(0);
    }
  }
  class Finder extends NameDetector {
    override observe(one: Signal): Finding | undefined {
      return { detector: this.name, at: one.at, identity: one.user } as Finding;
    }
  }

  function correlating(
    decide: (finding: Finding) => Partial<Decision> = () => ({}),
    spares: (finding: Finding) => boolean = () => false,
  ) {
    const correlator = new Correlator('correlator');
    const faults: string[] = [];
    const pipeline = new Pipeline({
      detectors: [new Finder('finder'), correlator],
      policy: {
        observe: () => 0,
        expire: () => undefined,
        spares,
        decide: (finding) => ({ finding, action: 'block', code: 'threshold', ...decide(finding) }) as Decision,
      },
      onFault: (component, error) => faults.push(`${component}: ${(error as Error).message}`),
    });
    return { pipeline, correlator, faults };
  }
  const users = (...names: string[]) => names.map((user) => signal({ user }));

  test('carry their campaign; earlier ones are named when it forms, and what is told of it follows', () => {
    const { pipeline } = correlating();
    const outcomes = pipeline.process(users('1', '2', '3'));
    assert.deepEqual(
      outcomes.map(({ finding, membership }) => [finding.identity, membership]),
      [
        ['1', undefined],
        ['2', { campaign: 'c', earlier: ['1'] }],
        ['formed', undefined],
        ['3', { campaign: 'c', earlier: [] }],
      ],
    );
    const later = pipeline.process([signal({ user: '4', at: NOW + 60_000 })]);
    assert.deepEqual(
      later.map(({ finding }) => finding.identity),
      ['ended', '4'],
    );
  });

  for (const [name, spared] of [
    ['repetitions', { repeated: true }],
    ['the allowlisted', { action: 'ignore', code: 'allowlisted' }],
    ['networks that may be full of customers', { action: 'hold', code: 'customers_unknown' }],
    ['the known good who may be forged, or whose device is set wrongly', { action: 'watch', code: 'known_good' }],
  ] as const) {
    test(`${name} have no part in it`, () => {
      const { pipeline, correlator } = correlating(({ identity }) => (identity === 'spared' ? spared : {}));
      pipeline.process(users('spared', '1', 'spared'));
      assert.deepEqual(correlator.found, ['1']);
    });
  }

  test('are told all the same when the correlator throws', () => {
    const { pipeline, faults } = correlating();
    const outcomes = pipeline.process(users('fault'));
    assert.deepEqual([outcomes.length, faults], [1, ['correlator: correlator broke']]);
  });

  test('are remembered while warming up, which gives what was found of several, with all of them', () => {
    const { pipeline, correlator } = correlating(undefined, ({ identity }) => identity === 'spared');
    const found = pipeline.warmUp([...users('spared', '1', '2', '3'), signal({ user: '4', at: NOW + 60_000 })]);
    assert.deepEqual(correlator.found, ['1', '2', '3', '4']);
    assert.deepEqual(
      found.map(({ finding, membership }) => [finding.identity, membership]),
      [
        ['formed', { campaign: 'c', earlier: ['1', '2', '3', '4'] }],
        ['ended', { campaign: 'c', earlier: ['1', '2', '3', '4'] }],
      ],
    );
  });

  test('and were remembered while warming up belong together with later ones', () => {
    const { pipeline } = correlating();
    pipeline.warmUp(users('1', '2'));
    assert.deepEqual(
      pipeline.process(users('3')).map(({ finding, membership }) => [finding.identity, membership?.campaign]),
      [['3', 'c']],
    );
  });
});
