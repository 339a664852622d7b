import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { NOW } from '../../test/support/signals.ts';
import { Address } from '../lib/address.ts';
import { Network } from '../lib/network.ts';
import type { Finding } from '../pipeline/finding.ts';
import { policyConfig } from './config.ts';
import { Policy } from './policy.ts';

const HOUR = 3_600_000;
const DAY = 86_400_000;
const address = (text: string) => Address.parse(text) ?? assert.fail(text);
const network = (text: string) => Network.parse(text) ?? assert.fail(text);
const make = (config: unknown = {}, dryRunDetectors: string[] = []) =>
  new Policy({ config: policyConfig.parse(config), dryRunDetectors });
const finding = (changes: Partial<Finding> & { ip?: string; proven?: 'yes' | 'no' | 'unknown' } = {}): Finding => {
  const { ip = '203.0.113.7', proven = 'unknown', at = NOW, ...rest } = changes;
  return {
    type: 'brute_force_detected',
    detector: 'brute-force',
    severity: 'error',
    subject: { kind: 'ip', address: address(ip) },
    at,
    count: 5,
    reason: '5 failed registrations within 5m',
    evidence: { firstAt: at, lastAt: at, proven, samples: {} },
    identity: `test:${ip}:${at}`,
    ...rest,
  };
};

test('what is serious about an account is held for a person', () => {
  const about = (severity: Finding['severity']) =>
    finding({ severity, subject: { kind: 'aor', aor: '1001@example.com' } });
  const { action, code, target, reason } = make().decide(about('critical'));
  assert.deepEqual([action, code, target], ['hold', 'no_address', undefined]);
  assert.equal(reason, 'held, a person decides about the account: 5 failed registrations within 5m');
  assert.equal(make().decide(about('error')).action, 'watch');
  assert.equal(make({}, ['brute-force']).decide(about('critical')).action, 'watch');
});

test('what is serious is told at once, although something like it was watched a moment ago', () => {
  const account = { kind: 'aor', aor: '1001@example.com' } as const;
  for (const config of [{}, { accounts: { 'on-attack': 'watch' } }]) {
    const policy = make(config);
    const told = (['warning', 'critical', 'warning', 'critical'] as const).map(
      (severity, i) => !policy.decide(finding({ severity, subject: account, at: NOW + i * 1000 })).repeated,
    );
    assert.deepEqual(told, [true, true, false, false]);
  }
});

test('exempt is what the allowlist holds, wholly or in part', () => {
  const policy = make({ allowlist: ['198.51.100.0/24'] });
  const exempts = ['198.51.100.7', '198.51.100.0/25', '198.51.0.0/16', '198.51.101.7'].map((text) =>
    policy.exempts(network(text)),
  );
  assert.deepEqual(exempts, [true, true, true, false]);
});

test('spared is whoever would be if it were decided, and nothing is decided', () => {
  const policy = make({ allowlist: ['198.51.100.0/24'] });
  const { evidence } = finding();
  for (const [one, spared] of [
    [finding(), false],
    [finding({ ip: '198.51.100.7' }), true],
    [finding({ evidence: { ...evidence, showsCustomers: false } }), true],
    [finding({ subject: { kind: 'aor', aor: 'a@b' } }), false],
  ] as const) {
    assert.equal(policy.spares(one), spared);
  }
  assert.equal(policy.decide(finding()).code, 'threshold');
});

test('a finding blocks for the first time, with the reason in words', () => {
  const decision = make().decide(finding());
  assert.equal(decision.action, 'block');
  assert.equal(decision.target?.text, '203.0.113.7');
  assert.equal(decision.seconds, 3600);
  assert.equal(decision.code, 'threshold');
  assert.equal(decision.reason, 'blocked for 1h: 5 failed registrations within 5m');
});

test('IPv6 is blocked per /64', () => {
  assert.equal(make().decide(finding({ ip: '2001:db8:1:2:3:4:5:6' })).target?.text, '2001:db8:1:2::/64');
});

describe('repeat offenders', () => {
  const seconds = (policy: Policy, ats: readonly number[], proven: 'yes' | 'no' = 'yes') =>
    ats.map((at) => policy.decide(finding({ at: NOW + at, proven })).seconds);

  test('are blocked longer each time, at last for the longest', () => {
    const hour = 3_600_000;
    assert.deepEqual(
      seconds(make(), [0, hour, 6 * hour, 31 * hour, 31 * hour + 8 * DAY]),
      [3600, 14_400, 86_400, 604_800, 604_800],
    );
  });
  test('are forgiven with time', () => {
    assert.deepEqual(seconds(make(), [0, 3_600_000 + 30 * DAY + 1]), [3600, 3600]);
    assert.deepEqual(seconds(make({ 'forgive-after': '1h' }), [0, 7_200_001]), [3600, 3600]);
  });
  test('by addresses that may be forged are blocked briefly at first', () => {
    assert.deepEqual(seconds(make(), [0, 210_000, 900_000, 4_600_000], 'no'), [120, 600, 3600, 14_400]);
    assert.equal(make().decide(finding({ proven: 'no' })).code, 'unproven');
  });
  test('are not made of somebody by forged packets: the first that is proven is the first', () => {
    const policy = make();
    assert.deepEqual(seconds(policy, [0, 210_000, 900_000], 'no'), [120, 600, 3600]);
    const proven = policy.decide(finding({ at: NOW + 4_600_000, proven: 'yes' }));
    assert.deepEqual([proven.seconds, proven.code], [3600, 'threshold']);
    assert.deepEqual(seconds(policy, [8_300_000], 'no'), [14_400], 'forged ones go on from where they were');
  });
  test('are left alone for a moment after each block for packets that may be forged, by such packets alone', () => {
    const policy = make();
    assert.deepEqual(seconds(policy, [0, 120_000, 209_999], 'no'), [120, 0, 0]);
    const onTrial = policy.decide(finding({ at: NOW + 209_999, proven: 'no' }));
    assert.deepEqual([onTrial.action, onTrial.code, onTrial.repeated], ['watch', 'unproven', true]);
    assert.deepEqual(seconds(policy, [209_999], 'yes'), [3600]);
    assert.deepEqual(seconds(policy, [209_999 + 3_600_000], 'no'), [3600]);
  });
  test('known from before the restart for forged packets are none for what is proven', () => {
    const policy = make();
    policy.noteBlock(network('203.0.113.7'), NOW - 1000, 3, 0);
    assert.equal(policy.decide(finding({ proven: 'yes' })).code, 'threshold');
    const other = make();
    other.noteBlock(network('203.0.113.7'), NOW - 1000, 3, 0);
    assert.equal(other.decide(finding({ proven: 'no' })).seconds, 14_400);
  });
  describe('that look like one device set wrongly', () => {
    const about = (at: number) => {
      const evidence = { firstAt: at, lastAt: at, proven: 'yes', isOneDevice: true, samples: {} } as const;
      return finding({ at, evidence });
    };
    test('are blocked briefly at first, then as others', () => {
      const policy = make();
      let at = NOW;
      const told = Array.from({ length: 6 }, () => {
        const { seconds, reason } = policy.decide(about(at));
        at += seconds * 1000 + 120_000;
        return [seconds, reason.includes('briefly at first')];
      });
      const times = [120, 600, 3600, 14_400, 86_400, 604_800];
      assert.deepEqual(
        told,
        times.map((seconds) => [seconds, seconds < 3600]),
      );
    });
    test('have one try after a block, so that others there may come back first', () => {
      const policy = make();
      const told = [0, 121_000, 122_000].map((at) => policy.decide(about(NOW + at)));
      assert.deepEqual(
        told.map(({ action, seconds }) => [action, seconds]),
        [
          ['block', 120],
          ['watch', 0],
          ['block', 600],
        ],
      );
    });
  });
  test('known from before the restart are told of', () => {
    const policy = make();
    policy.noteBlock(network('203.0.113.7'), NOW - 1000, 2);
    const decision = policy.decide(finding());
    assert.equal(decision.seconds, 86_400);
    assert.equal(decision.code, 'repeat_offender');
  });
});

test('of more sources than there can be, each of which may be forged, none is blocked, and one stands for all', () => {
  const policy = make({ 'max-unproven': 100 });
  const forged = Array.from({ length: 300 }, (_, i) =>
    policy.decide(finding({ ip: `192.0.${2 + (i >> 8)}.${i & 255}`, at: NOW + i, proven: 'no' })),
  );
  const told = forged.filter(({ repeated }) => !repeated);
  assert.equal(forged.filter(({ action }) => action === 'block').length, 100);
  assert.deepEqual(
    told.slice(100).map(({ action, code }) => [action, code]),
    [['watch', 'unproven']],
  );
  assert.equal(policy.decide(finding({ at: NOW + 300, proven: 'yes' })).seconds, 3600, 'who is not forged is blocked');
  assert.equal(policy.decide(finding({ ip: '192.0.4.1', at: NOW + 2 * HOUR, proven: 'no' })).seconds, 120);
});

describe('what is blocked already', () => {
  test('by a decision', () => {
    const policy = make();
    policy.decide(finding());
    const again = policy.decide(finding({ at: NOW + 3_599_999 }));
    assert.deepEqual([again.action, again.code, again.repeated], ['ignore', 'already_blocked', true]);
    assert.equal(policy.decide(finding({ at: NOW + 3_600_000 })).action, 'block');
  });
  test('by hand, as a network', () => {
    const policy = make();
    policy.noteBlock(network('203.0.113.0/24'), NOW + 1000, 0);
    assert.equal(policy.decide(finding()).code, 'already_blocked');
    assert.equal(policy.decide(finding({ at: NOW + 1000 })).action, 'block');
  });
  test('and lifted stays so for a moment, then is decided anew, as the first time', () => {
    const policy = make();
    policy.decide(finding());
    policy.noteUnblock(network('203.0.113.7'), NOW + 5);
    const soon = policy.decide(finding({ at: NOW + 10 }));
    assert.deepEqual([soon.action, soon.code], ['watch', 'lifted']);
    assert.equal(policy.decide(finding({ at: NOW + 60_005 })).seconds, 3600);
  });
});

describe('the allowlist', () => {
  for (const [entry, ip] of [
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.0/24', '203.0.113.7'],
    ['203.0.113.0/24', '::ffff:203.0.113.7'],
    ['2001:db8::/32', '2001:db8:1::5'],
    ['2001:db8:1::5', '2001:db8:1::5'],
    ['0.0.0.0/0', '198.51.100.1'],
  ] as const) {
    test(`${entry} holds ${ip}`, () => {
      const policy = make();
      policy.setAllowlist([[network(entry), 'trunk']]);
      const decision = policy.decide(finding({ ip, severity: 'critical', proven: 'yes' }));
      assert.deepEqual([decision.action, decision.code], ['ignore', 'allowlisted']);
      assert.match(decision.reason, /\(trunk\)/);
    });
  }
  test('of the configuration stays when the managed one is replaced', () => {
    const policy = make({ allowlist: ['203.0.113.0/24'] });
    policy.setAllowlist([]);
    assert.equal(policy.decide(finding()).code, 'allowlisted');
  });
  test('is told of once an hour, not at every finding', () => {
    const policy = make({ allowlist: ['203.0.113.0/24'] });
    const repeated = [0, 1000, 3_599_999, 3_600_000].map((at) => policy.decide(finding({ at: NOW + at })).repeated);
    assert.deepEqual(repeated, [false, true, true, false]);
  });
  test('always wins (property)', () => {
    const ip = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((value) => Address.v4(value));
    fc.assert(
      fc.property(
        ip,
        fc.integer({ min: 0, max: 32 }),
        fc.uniqueArray(ip, { maxLength: 20, selector: (other) => other.low }),
        (allowed, length, others) => {
          const policy = make();
          const entry = Network.of(allowed, length);
          policy.setAllowlist([[entry, 'test']]);
          for (const other of new Set([allowed.text, ...others.map((one) => one.text)])) {
            const decision = policy.decide(finding({ ip: other, severity: 'critical', proven: 'yes' }));
            assert.equal(decision.action === 'block', !entry.contains(address(other)));
          }
        },
      ),
    );
  });
});

test('findings below the severity are watched', () => {
  assert.deepEqual(make().decide(finding({ severity: 'warning' })).code, 'below_severity');
  assert.equal(make({ 'block-from': 'warning' }).decide(finding({ severity: 'warning' })).action, 'block');
});

test('a detector in dry run is told what would be, once for each block it would make', () => {
  const policy = make({}, ['brute-force']);
  const first = policy.decide(finding());
  assert.deepEqual(
    [first.action, first.code, first.seconds, first.repeated],
    ['watch', 'detector_dry_run', 3600, false],
  );
  assert.equal(policy.decide(finding({ at: NOW + 1000 })).repeated, true);
});

test('what a detector in dry run would block, another one still blocks, and as a first offence', () => {
  const policy = make({}, ['scanner']);
  policy.decide(finding({ detector: 'scanner', type: 'scanner_detected' }));
  const { action, code, seconds } = policy.decide(finding({ at: NOW + 1000 }));
  assert.deepEqual([action, code, seconds], ['block', 'threshold', 3600]);
  const after = policy.decide(finding({ detector: 'scanner', type: 'scanner_detected', at: NOW + 2000 }));
  assert.equal(after.code, 'already_blocked');
});

test('a network whose customers are not known is held for a person, one without any is blocked', () => {
  const about = (showsCustomers: boolean) => {
    const { evidence, ...rest } = finding({ subject: { kind: 'network', network: network('203.0.113.0/24') } });
    const { action, code, seconds, reason } = make().decide({ ...rest, evidence: { ...evidence, showsCustomers } });
    return [action, code, seconds, reason];
  };
  assert.deepEqual(about(false), [
    'hold',
    'customers_unknown',
    3600,
    'held, the input does not show whether customers are there: 5 failed registrations within 5m',
  ]);
  assert.deepEqual(about(true).slice(0, 3), ['block', 'threshold', 3600]);
});

test('accounts and campaigns name no address to block', () => {
  const decision = make().decide(finding({ subject: { kind: 'aor', aor: '100@example.com' } }));
  assert.deepEqual([decision.action, decision.code, decision.target], ['watch', 'no_address', undefined]);
});

test('offenders are bounded and forgotten when forgiven', () => {
  const policy = make({ 'max-offenders': 1000 });
  for (let i = 0; i < 3000; i++) policy.decide(finding({ ip: `10.0.${i >> 8}.${i & 255}` }));
  const { tracked, evicted } = policy.state();
  assert.ok(tracked <= 1000 && tracked > 900);
  assert.equal(tracked + evicted, 3000);
  policy.expire(NOW + 40 * DAY);
  assert.equal(policy.state().tracked, 0);
});
