import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW } from '../../test/support/signals.ts';
import { Network } from '../lib/network.ts';
import type { Decision } from '../pipeline/decision.ts';
import type { Finding } from '../pipeline/finding.ts';
import { policyConfig } from './config.ts';
import { Policy } from './policy.ts';

const DAY = 86_400_000;
const DISABLE = { 'on-attack': 'disable' };

function make(accounts: unknown = DISABLE, dryRunDetectors: string[] = []): Policy {
  return new Policy({ config: policyConfig.parse({ accounts, allowlist: ['198.51.100.0/24'] }), dryRunDetectors });
}

function finding(changes: Partial<Finding> & { aor?: string; sources?: readonly string[] } = {}): Finding {
  const { aor = '1001@example.com', sources = ['203.0.113.7'], at = NOW, ...rest } = changes;
  return {
    type: 'toll_fraud_suspected',
    detector: 'toll-fraud',
    severity: 'critical',
    subject: { kind: 'aor', aor },
    at,
    count: 3,
    reason: 'three calls',
    evidence: { firstAt: at, lastAt: at, proven: 'yes', samples: { sources } },
    identity: `toll-fraud:${aor}:${at}`,
    ...rest,
  };
}

const brief = ({ action, code, seconds, target }: Decision) => [action, code, seconds, target];

describe('what is done about an account that somebody else uses', () => {
  test('it is held for a person by default, without a word about disabling', () => {
    const decision = make({}).decide(finding());
    assert.deepEqual(brief(decision), ['hold', 'no_address', 0, undefined]);
    assert.equal(decision.reason, 'held, a person decides about the account: three calls');
  });

  test('it is only watched where that is configured', () => {
    assert.deepEqual(brief(make({ 'on-attack': 'watch' }).decide(finding())), ['watch', 'no_address', 0, undefined]);
  });

  test('it is disabled for the configured time, with the reason in words', () => {
    const decision = make().decide(finding());
    assert.deepEqual(brief(decision), ['block', 'threshold', 86_400, undefined]);
    assert.equal(decision.reason, 'disabled for 1d: three calls');
    assert.equal(make({ ...DISABLE, 'disable-for': '2h' }).decide(finding()).seconds, 7200);
  });

  test('what is less than critical disables nobody: the victim of guessing is no attacker', () => {
    const guessed = finding({ severity: 'error', detector: 'distributed', type: 'distributed_attack' });
    assert.deepEqual(brief(make().decide(guessed)), ['watch', 'no_address', 0, undefined]);
  });

  test('what others may have forged to have it disabled is for a person', () => {
    const forged = finding();
    const decision = make().decide({ ...forged, evidence: { ...forged.evidence, mayBeForged: true } });
    assert.deepEqual(brief(decision), ['hold', 'unproven', 0, undefined]);
    assert.equal(make().decide(forged).action, 'block');
  });

  test('a detector in dry run disables nobody, and hides nothing from the others', () => {
    const policy = make(DISABLE, ['toll-fraud']);
    const rehearsed = policy.decide(finding());
    assert.deepEqual(brief(rehearsed), ['watch', 'detector_dry_run', 86_400, undefined]);
    assert.equal(rehearsed.reason, 'dry run of toll-fraud: would be disabled for 1d: three calls');
    assert.equal(policy.decide(finding({ at: NOW + 1 })).action, 'ignore');
    assert.equal(policy.decide(finding({ detector: 'compromise' })).action, 'block');
  });
});

describe('who is never disabled', () => {
  test('accounts and domains of the allowlist, however they are written: a person decides', () => {
    const policy = make({ ...DISABLE, allowlist: ['Lift@example.com', 'alarm.example.com'] });
    for (const aor of ['lift@example.com', 'LIFT@Example.com', '%6cift@example.com', '7@alarm.example.com']) {
      assert.deepEqual(brief(policy.decide(finding({ aor }))), ['hold', 'allowlisted', 0, undefined], aor);
    }
    assert.equal(policy.decide(finding()).action, 'block');
    assert.deepEqual(
      ['lift@example.com', 'x@alarm.example.com', 'x@example.com'].map((aor) => policy.exemptsAccount(aor)),
      [true, true, false],
    );
  });

  test('who calls from an allowlisted address, unless others do, too', () => {
    const from = (...sources: string[]) => make().decide(finding({ sources }));
    assert.deepEqual(brief(from('198.51.100.7')), ['hold', 'allowlisted', 0, undefined]);
    assert.equal(from('198.51.100.7', '203.0.113.7').action, 'block');
    assert.equal(from().action, 'block');
    const policy = make();
    const managed = Network.parse('203.0.113.0/24') ?? assert.fail();
    policy.setAllowlist([[managed, 'managed']]);
    assert.equal(policy.decide(finding()).action, 'hold');
  });
});

describe('an account that is disabled', () => {
  test('is not disabled again until its time is up, in whatever spelling', () => {
    const policy = make();
    assert.equal(policy.decide(finding()).action, 'block');
    const again = (at: number) => brief(policy.decide(finding({ at, aor: '1001@EXAMPLE.com' }))).slice(0, 2);
    assert.deepEqual(again(NOW + DAY - 1), ['ignore', 'already_disabled']);
    assert.deepEqual(again(NOW + DAY), ['block', 'threshold']);
  });

  test('by hand or before the restart is known; once enabled, the next finding decides anew', () => {
    const policy = make();
    policy.noteDisabled('1001@example.com', Number.POSITIVE_INFINITY);
    assert.equal(policy.decide(finding()).action, 'ignore');
    assert.equal(policy.state().tracked, 1);
    policy.noteEnabled('1001@example.com');
    assert.equal(policy.decide(finding()).action, 'block');
  });

  test('is forgotten when its time is up', () => {
    const policy = make();
    policy.decide(finding());
    policy.expire(NOW + DAY);
    assert.equal(policy.state().tracked, 1);
    policy.expire(NOW + DAY + 1);
    assert.equal(policy.state().tracked, 0);
  });
});
