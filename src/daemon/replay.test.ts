import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, type SignalSketch, series, signal } from '../../test/support/signals.ts';
import { configSchema } from '../config/schema.ts';
import type { Signal } from '../pipeline/signal.ts';
import { Replay } from './replay.ts';

const PHONE: SignalSketch = { ip: '198.51.100.20', kind: 'register.ok', status: 200 };

function replay(signals: readonly Signal[], config: unknown = {}) {
  const run = new Replay(configSchema.parse(config));
  run.beginFile();
  // In small pieces, as they come from a file.
  for (let i = 0; i < signals.length; i += 3) run.take({ signals: signals.slice(i, i + 3), lines: 4, unrecognised: 1 });
  assert.deepEqual(run.faults, []);
  return run.report(1.5);
}

describe('replay', () => {
  test('says what was found, what would have been done, and what every source is', () => {
    const report = replay([signal(PHONE), ...series(5, 1000), signal({ ip: '192.0.2.50' })]);
    assert.deepEqual(report.input, { files: 1, lines: 12, signals: 7, unrecognised: 3, seconds: 1.5 });
    assert.deepEqual(report.findings, [
      {
        type: 'brute_force_detected',
        severity: 'error',
        subject: { ip: '203.0.113.7' },
        at: new Date(NOW + 4000).toISOString(),
        count: 5,
        reason: '5 failed registrations within 5m',
      },
    ]);
    assert.deepEqual(report.decisions, [
      {
        action: 'block',
        ip: '203.0.113.7',
        at: new Date(NOW + 4000).toISOString(),
        seconds: 3600,
        reason: 'blocked for 1h: 5 failed registrations within 5m',
        finding: 'brute_force_detected',
      },
    ]);
    assert.deepEqual(report.sources, [
      { ip: '198.51.100.20', signals: 1, verdict: 'clean' },
      { ip: '203.0.113.7', signals: 5, verdict: 'attacker' },
      { ip: '192.0.2.50', signals: 1, verdict: 'misconfigured' },
    ]);
  });

  test('of a network, those that failed are attackers; a neighbour is not for being near', () => {
    const neighbour = signal({ ...PHONE, ip: '203.0.113.200' });
    const bots = Array.from({ length: 12 }, (_, i) => signal({ ip: `203.0.113.${i + 1}`, at: NOW + (i + 1) * 60_000 }));
    const { findings, sources } = replay([neighbour, ...bots]);
    assert.ok(findings.some(({ subject }) => subject.network === '203.0.113.0/24'));
    const verdicts = Object.fromEntries(sources.map(({ ip, verdict }) => [ip, verdict]));
    assert.equal(verdicts['203.0.113.200'], 'clean');
    assert.equal(verdicts['203.0.113.1'], 'attacker');
  });

  test('a decision about an account names it', () => {
    const account = { ip: '198.51.100.20', user: '1001' };
    const calls = ['1', '2', '3'].map((callId) =>
      signal({ ...account, kind: 'call.started', callId, requestUri: `sip:0088161234567${callId}@example.com` }),
    );
    const seen = [signal({ ...account, kind: 'register.ok', status: 200 }), ...calls];
    const detectors = { 'toll-fraud': { 'burst-cents': 10 } };
    const about = (onAttack: string) =>
      replay(seen, { policy: { accounts: { 'on-attack': onAttack } }, detectors }).decisions.map((one) => [
        one.action,
        one.ip,
        one.aor,
        one.seconds,
      ]);
    assert.deepEqual(about('hold'), [['hold', '', '1001@example.com', 0]]);
    assert.deepEqual(about('disable'), [['block', '', '1001@example.com', 86_400]]);
  });

  test('a decision about a port of an office names both, and hurts nobody', () => {
    const office = { ip: '198.51.100.20', proven: 'yes' } as const;
    const phone = signal({ ...office, kind: 'register.ok', status: 200, port: 6001 });
    const guesses = Array.from({ length: 6 }, (_, i) =>
      signal({ ...office, user: String(900 + i), port: 7000, transport: 'tls', at: NOW + 1000 + i }),
    );
    const replayed = new Replay(configSchema.parse({ policy: { 'known-good': { 'on-attack': 'port' } } }));
    replayed.take({ signals: [phone, ...guesses], lines: 7, unrecognised: 0 });
    const [decision] = replayed.report(1).decisions;
    const { action, ip, port, protocol, seconds } = decision ?? assert.fail();
    assert.deepEqual([action, ip, port, protocol, seconds], ['block', '198.51.100.20', 7000, 'tcp', 120]);
    assert.deepEqual(replayed.customers, { seen: 1, hurt: [] });
  });

  test('an attack that goes on is one decision for each time the block would have ended', () => {
    const report = replay(series(2000, 10_000));
    assert.deepEqual(
      report.decisions.filter((one) => one.action === 'block').map((one) => one.seconds),
      [3600, 14_400, 86_400],
    );
  });

  test('the allowlist of the configuration holds; loopback is never blocked, other addresses of this host may be', () => {
    assert.equal(
      replay(series(20, 1000), { policy: { allowlist: ['203.0.113.0/24'] } }).decisions[0]?.action,
      'ignore',
    );
    assert.equal(replay(series(20, 1000, { ip: '127.0.0.1' })).decisions[0]?.action, 'ignore');
    assert.equal(replay(series(20, 1000, { ip: '127.0.0.66' })).decisions[0]?.action, 'block');
  });

  test('found but not blocked is a suspect', () => {
    const report = replay(series(5, 1000), { policy: { 'block-from': 'critical' } });
    assert.deepEqual(report.sources[0]?.verdict, 'suspect');
  });
});

describe('the verdict on a source', () => {
  const verdicts = (signals: readonly Signal[]) =>
    Object.fromEntries(replay(signals).sources.map(({ ip, verdict }) => [ip, verdict]));

  test('found with its whole network', () => {
    const neighbours = Array.from({ length: 9 }, (_, i) =>
      signal({ ip: `203.0.113.${i}`, user: `u${i}`, proven: 'yes', at: NOW + i }),
    );
    const judged = verdicts([...neighbours, signal({ ip: '203.0.114.1', at: NOW + 9 })]);
    assert.equal(judged['203.0.113.0'], 'attacker');
    assert.equal(judged['203.0.113.8'], 'attacker');
    assert.equal(judged['203.0.114.1'], 'misconfigured');
  });
  test('named in an attack on an account', () => {
    const strangers = Array.from({ length: 12 }, (_, i) => signal({ ip: `100.64.${i}.1`, at: NOW + i }));
    const judged = verdicts(strangers);
    assert.equal(judged['100.64.5.1'], 'suspect');
    assert.equal(judged['100.64.11.1'], 'attacker');
  });
  test('said of a known-good address by packets that may be forged', () => {
    const forged = series(20, 1000, { ip: '198.51.100.20', proven: 'no', userAgent: 'friendly-scanner' });
    assert.equal(verdicts([signal({ ...PHONE, proven: 'yes' }), ...forged])['198.51.100.20'], 'misconfigured');
  });
});
