/** What every scenario and recording must come to, and that docs/detection.md says what is true. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { campaignsOf } from './campaigns.ts';
import { replayCorpora } from './corpora.ts';
import { evaluate } from './evaluate.ts';
import { SCENARIOS } from './index.ts';
import { corporaReport, scenarioReport, writtenReport } from './report.ts';

/** Attackers that may go unfound, as a share of all: who comes before anything can be known. */
const MAY_MISS: Readonly<Record<string, number>> = { botnet: 0.05 };

/** Attacks of many: each is one campaign, and of all that is found so much belongs to it. */
const ONE_CAMPAIGN: Readonly<Record<string, number>> = {
  botnet: 0.99,
  neighbours: 0.95,
  'ipv6-hopping': 0.95,
  'forged-flood': 0.95,
};

const results = SCENARIOS.map(evaluate);

describe('scenarios', () => {
  for (const { scenario, attackers, sipward } of results) {
    test(`${scenario.name}: nobody is hurt`, () => assert.deepEqual(sipward.harmed, []));
    if (attackers > 0) {
      test(`${scenario.name}: the attackers are found`, () => {
        const needed = Math.ceil(attackers * (1 - (MAY_MISS[scenario.name] ?? 0)));
        assert.ok(sipward.found >= needed, `${sipward.found} of ${attackers}`);
        assert.ok(
          sipward.types.some((type) => scenario.types.includes(type)),
          sipward.types.join(),
        );
      });
    }
    if (sipward.stopped.length > 0) {
      test(`${scenario.name}: every port of the attack is stopped after a few requests`, () =>
        assert.ok(
          sipward.stopped.every((requests) => requests !== undefined && requests <= 5),
          sipward.stopped.join(),
        ));
    }
    if (attackers === 0) {
      test(`${scenario.name}: nothing is said that is not so`, () => {
        assert.deepEqual(
          sipward.types.filter((type) => !scenario.types.includes(type)),
          [],
        );
      });
    }
  }
});

test('name-in-from: the account that was used is accused, and not the one in From', () => {
  const { outcomes } = results.find(({ scenario }) => scenario.name === 'name-in-from')?.sipward ?? assert.fail();
  const accused = outcomes.flatMap(({ finding: { subject } }) => (subject.kind === 'aor' ? [subject.aor] : []));
  assert.deepEqual([...new Set(accused)], ['402@pbx.example']);
});

describe('campaigns', () => {
  for (const result of results) {
    const { name } = result.scenario;
    const share = ONE_CAMPAIGN[name];
    if (share === undefined) {
      test(`${name}: what one source does, and what honest clients do, is none`, () =>
        assert.equal(campaignsOf(result).campaigns, 0));
    } else {
      test(`${name}: is one campaign`, () => {
        const { campaigns, apart } = campaignsOf(result);
        const all = result.sipward.outcomes.length;
        assert.equal(campaigns, 1);
        assert.ok(apart <= all * (1 - share), `${apart} of ${all} belong to none`);
      });
    }
  }
});

test('docs/detection.md says what is true of the scenarios', () => {
  assert.equal(writtenReport().scenarios.trim(), scenarioReport(results).trim(), 'run npm run detection');
});

const corpora = await replayCorpora();
describe('recorded traffic', { skip: corpora === undefined && 'no corpora on this machine' }, () => {
  for (const one of corpora ?? []) {
    test(one.path, () => {
      assert.deepEqual(one.missed, []);
      assert.deepEqual(one.blocked, one.offenders);
      assert.deepEqual(one.harmed, []);
    });
  }
  test('docs/detection.md says what is true', () => {
    assert.equal(writtenReport().corpora.trim(), corporaReport(corpora ?? []).trim(), 'run npm run detection');
  });
});
