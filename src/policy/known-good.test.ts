import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { NOW, type SignalSketch, series, signal } from '../../test/support/signals.ts';
import { Address } from '../lib/address.ts';
import { Network } from '../lib/network.ts';
import type { Finding } from '../pipeline/finding.ts';
import { policyConfig } from './config.ts';
import { Policy } from './policy.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const IP = '198.51.100.7';
const address = (text: string) => Address.parse(text) ?? assert.fail(text);

function after(sketches: readonly SignalSketch[], config: unknown = {}, dryRunDetectors: string[] = []): Policy {
  const policy = new Policy({ config: policyConfig.parse(config), dryRunDetectors });
  for (const sketch of sketches) policy.observe(signal({ ip: IP, proven: 'yes', ...sketch }));
  return policy;
}
const finding = (changes: Partial<Finding> & { proven?: 'yes' | 'no' | 'unknown' } = {}): Finding => {
  const { proven = 'yes', at = NOW + HOUR, ...rest } = changes;
  return {
    type: 'brute_force_detected',
    detector: 'brute-force',
    severity: 'error',
    subject: { kind: 'ip', address: address(IP) },
    at,
    count: 10,
    reason: '10 failed registrations within 1h',
    evidence: { firstAt: at, lastAt: at, proven, samples: {} },
    identity: `test:${at}`,
    ...rest,
  };
};
const registered = (count: number, sketch: SignalSketch = {}) =>
  Array.from({ length: count }, (_, i): SignalSketch => ({ kind: 'register.ok', user: String(200 + i), ...sketch }));
const failed = (count: number, sketch: SignalSketch = {}) =>
  Array.from({ length: count }, (_, i): SignalSketch => ({ user: String(900 + i), at: NOW + HOUR, ...sketch }));

describe('behind an address that is known good', () => {
  test('an old password is a misconfigured device: named, not blocked', () => {
    const policy = after([...registered(1), ...series(10, 30_000, { user: '200', userAgent: 'Snom D785' })]);
    const decision = policy.decide(finding());
    assert.deepEqual([decision.action, decision.code], ['watch', 'known_good']);
    assert.equal(decision.finding.type, 'misconfigured_device');
    assert.equal(decision.finding.severity, 'warning');
    assert.deepEqual(decision.finding.evidence.samples, {
      accounts: ['200@example.com'],
      'user-agents': ['Snom D785'],
    });
    assert.match(decision.finding.reason, /^1 account fails behind an address that is known good/);
  });
  test('so are three accounts that never registered there, and forty that did', () => {
    const known = after([...registered(1), ...failed(3)]);
    assert.equal(known.spares(finding()), true);
    assert.equal(known.decide(finding()).finding.type, 'misconfigured_device');
    const own = Array.from({ length: 40 }, (_, i) => ({ user: String(200 + i), at: NOW + HOUR }));
    assert.equal(after([...registered(40), ...own]).decide(finding()).finding.type, 'misconfigured_device');
  });
  test('four strangers are an attack: held for a person, with what a block would cut', () => {
    const known = after([...registered(12, { at: NOW + HOUR }), ...failed(4)]);
    assert.equal(known.spares(finding()), false);
    const decision = known.decide(finding());
    assert.deepEqual([decision.action, decision.code, decision.seconds], ['hold', 'known_good', 3600]);
    assert.equal(decision.finding.type, 'brute_force_detected');
    assert.match(decision.reason, /would cut 12 live registrations and 0 calls, so a person decides/);
  });
  test('so is one account tried a hundred times a minute', () => {
    const policy = after([...registered(1), ...series(100, 600, { user: '200', at: NOW + HOUR - 60_000 })]);
    assert.equal(policy.decide(finding()).action, 'hold');
  });
  test('tools are no misconfigured devices', () => {
    for (const type of ['scanner_detected', 'flood_detected', 'decoy_touched'] as const) {
      assert.equal(after([...registered(1), ...failed(1)]).decide(finding({ type })).action, 'hold', type);
    }
  });
  test('an attack is blocked if so configured and few would be hurt', () => {
    const config = { 'known-good': { 'on-attack': 'block' } };
    assert.equal(after([...registered(2), ...failed(9)], config).decide(finding()).action, 'block');
    const wide = after([...registered(3, { at: NOW + HOUR }), ...failed(9)], config).decide(finding());
    assert.deepEqual([wide.action, wide.code], ['hold', 'blast_radius']);
  });
  test('a detector in dry run holds nothing', () => {
    const decision = after([...registered(1), ...failed(9)], {}, ['brute-force']).decide(finding());
    assert.deepEqual([decision.action, decision.code], ['watch', 'detector_dry_run']);
    assert.match(decision.reason, /^dry run of brute-force: would be held/);
  });
  test('evidence that may be forged never blocks', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('brute_force_detected', 'scanner_detected', 'flood_detected', 'username_enumeration'),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 100 }),
        (type, clients, strangers) => {
          const config = { 'known-good': { 'on-attack': 'block' }, 'max-blast-radius': 1000 };
          const policy = after([...registered(clients), ...failed(strangers)], config);
          assert.notEqual(policy.decide(finding({ type, proven: 'no', severity: 'critical' })).action, 'block');
        },
      ),
    );
  });
});

describe('an address is known good', () => {
  const isBlocked = (policy: Policy, at: number) => policy.decide(finding({ at })).action === 'block';

  test('for a week after its last success', () => {
    const policy = after(registered(1));
    policy.expire(NOW + 7 * DAY);
    assert.ok(!isBlocked(policy, NOW + 7 * DAY));
    policy.expire(NOW + 7 * DAY + 1);
    assert.ok(isBlocked(policy, NOW + 7 * DAY + 1));
  });
  test('for as long as its own device goes on failing', () => {
    const policy = after(registered(1));
    for (let at = NOW + DAY; at < NOW + 40 * DAY; at += HOUR / 2) {
      policy.observe(signal({ ip: IP, user: '200', at, proven: 'yes' }));
      policy.expire(at);
      assert.equal(policy.decide(finding({ at })).finding.type, 'misconfigured_device');
    }
  });
  test('not for failures that may be forged', () => {
    const policy = after(registered(1));
    for (let at = NOW + DAY; at < NOW + 7 * DAY; at += HOUR) {
      policy.observe(signal({ ip: IP, user: '200', at, proven: 'no' }));
      assert.equal(policy.decide(finding({ at, proven: 'no' })).finding.type, 'misconfigured_device');
    }
    policy.expire(NOW + 8 * DAY);
    assert.ok(isBlocked(policy, NOW + 8 * DAY));
  });
  test('no longer than that if it is somebody else who fails there', () => {
    const policy = after(registered(1));
    const blockedAt = Array.from({ length: 40 * 48 }, (_, i) => NOW + DAY + (i * HOUR) / 2).find((at) => {
      policy.observe(signal({ ip: IP, user: '666', at, proven: 'yes' }));
      policy.expire(at);
      return isBlocked(policy, at);
    });
    assert.ok(blockedAt !== undefined && blockedAt <= NOW + 8 * DAY);
  });
  test('by calls only when they have gone on for a while', () => {
    const call = (at: number): SignalSketch => ({ kind: 'call.answered', callId: String(at), at, proven: 'no' });
    assert.ok(isBlocked(after([call(NOW), call(NOW + 60_000)]), NOW + HOUR));
    assert.ok(!isBlocked(after([call(NOW), call(NOW + 31 * 60_000)]), NOW + HOUR));
  });
  test('not by an account that was cracked a moment ago, and not for a day after', () => {
    const policy = after([]);
    assert.ok(isBlocked(policy, NOW));
    policy.observe(signal({ ip: IP, kind: 'register.ok', at: NOW + 10, proven: 'yes' }));
    assert.ok(isBlocked(policy, NOW + 2 * HOUR), 'blocked again when the first block is over');
    policy.observe(signal({ ip: IP, kind: 'register.ok', at: NOW + 3 * DAY, proven: 'yes' }));
    assert.ok(!isBlocked(policy, NOW + 3 * DAY + 1));
  });
  test('after a block for one device set wrongly: the next phone there is a customer', () => {
    const policy = after([]);
    const evidence = { firstAt: NOW, lastAt: NOW, proven: 'yes', isOneDevice: true, samples: {} } as const;
    assert.equal(policy.decide(finding({ at: NOW, evidence })).action, 'block');
    policy.observe(signal({ ip: IP, kind: 'register.ok', user: '300', at: NOW + 130_000, proven: 'yes' }));
    assert.equal(policy.decide(finding({ at: NOW + 3 * HOUR, evidence })).code, 'known_good');
  });
  test('at once when a person lifted the block', () => {
    const policy = after([]);
    assert.ok(isBlocked(policy, NOW));
    policy.noteUnblock(Network.counted(address(IP)), NOW + 5);
    policy.observe(signal({ ip: IP, kind: 'register.ok', at: NOW + 10, proven: 'yes' }));
    assert.ok(!isBlocked(policy, NOW + 20));
  });
  test('after a restart, too', () => {
    const policy = after([]);
    policy.restore(structuredClone(after(registered(3)).snapshot()));
    assert.ok(!isBlocked(policy, NOW + HOUR));
  });
});

describe('a whole network', () => {
  const network = Network.parse('198.51.100.0/24') ?? assert.fail();
  const about = (changes: Parameters<typeof finding>[0] = {}) =>
    finding({ type: 'distributed_attack', subject: { kind: 'network', network }, ...changes });

  test('is blocked if nobody in it is known good', () => {
    const policy = after(registered(1, { ip: '198.51.101.1' }));
    const decision = policy.decide(about());
    assert.deepEqual([decision.action, decision.target?.text], ['block', '198.51.100.0/24']);
    assert.equal(policy.decide(finding()).code, 'already_blocked', 'and so is every address in it');
  });
  test('is held if somebody is', () => {
    assert.equal(after(registered(1)).decide(about()).action, 'hold');
  });
  test('is never blocked on what may be forged', () => {
    assert.deepEqual(after([]).decide(about({ proven: 'no' })).code, 'unproven');
  });
  test('is never blocked if one address in it is allowlisted', () => {
    for (const entry of ['198.51.100.200', '198.51.100.128/25', '198.51.0.0/16']) {
      const policy = after([]);
      policy.setAllowlist([[Network.parse(entry) ?? assert.fail(), 'trunk']]);
      assert.equal(policy.decide(about()).code, 'allowlisted', entry);
    }
  });
});

test('a finding of another type about a blocked source is told once an hour', () => {
  const policy = after([]);
  policy.decide(finding({ at: NOW }));
  const told = (type: Finding['type'], at: number) => !policy.decide(finding({ type, at })).repeated;
  assert.ok(!told('brute_force_detected', NOW + 1));
  assert.ok(told('username_enumeration', NOW + 2));
  assert.ok(!told('username_enumeration', NOW + 3));
});

test('a misconfigured device is told of once a day', () => {
  const policy = after(registered(1));
  const told = Array.from({ length: 96 }, (_, i) => NOW + HOUR + (i * HOUR) / 2).filter((at) => {
    policy.observe(signal({ ip: IP, user: '200', at, proven: 'yes' }));
    return !policy.decide(finding({ at })).repeated;
  });
  assert.equal(told.length, 2);
});

test('forged packets do not keep a person from being asked about an attack', () => {
  const policy = after([...registered(12, { at: NOW + HOUR }), ...failed(4)]);
  const [forged, attack] = [finding({ proven: 'no' }), finding({ at: NOW + HOUR + 1 })].map((one) =>
    policy.decide(one),
  );
  assert.deepEqual([forged?.action, forged?.code], ['watch', 'known_good']);
  assert.deepEqual([attack?.action, attack?.code, attack?.repeated], ['hold', 'known_good', false]);
});
