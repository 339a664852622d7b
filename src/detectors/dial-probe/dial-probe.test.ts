import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, type SignalSketch, signal } from '../../../test/support/signals.ts';
import { type Finding, subjectText } from '../../pipeline/finding.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { dialProbeConfig } from './config.ts';
import { DialProbe } from './dial-probe.ts';

const SECOND = 1000;
const HOUR = 3_600_000;
const PREFIXES = ['', '00', '011', '9011', '810', '900', '0', '000', '+', '99900', '7', '8'];
const NUMBER = '972592277524';

const findings = (signals: readonly Signal[], config: unknown = {}): Finding[] => {
  const detector = new DialProbe(dialProbeConfig.parse(config));
  return signals.flatMap((one) => detector.observe(one) ?? []);
};
const uri = (number: string) => `sip:${number}@203.0.113.1`;
/** A call that is refused for want of credentials. */
const refused = { kind: 'request.refused', reason: 'dial_probe', method: 'INVITE', status: 401 } as const;
const failed = { kind: 'call.failed', method: 'INVITE', status: 404 } as const;
const calls = (numbers: readonly string[], stepMs: number, sketch: SignalSketch = refused) =>
  numbers.map((number, i) => signal({ ...sketch, requestUri: uri(number), at: NOW + i * stepMs, port: 5060 + i }));
const rolling = (count: number) => PREFIXES.slice(0, count).map((prefix) => prefix + NUMBER);

describe('a prefix that rolls before the same number', () => {
  test('is found at the fourth, one call in 30 seconds, each from a new port', () => {
    const [found, ...more] = findings(calls(rolling(4), 30 * SECOND));
    assert.equal(found?.type, 'dial_probe_detected');
    assert.equal(found?.severity, 'error');
    assert.equal(subjectText(found?.subject ?? assert.fail()), '203.0.113.7');
    assert.equal(found?.at, NOW + 90 * SECOND);
    assert.equal(found?.reason, '4 prefixes tried before the same number within 1d');
    assert.deepEqual(found?.evidence.samples.numbers, ['9011972592277524']);
    assert.deepEqual(more, []);
  });
  test('is found slowly, too: one an hour', () => assert.equal(findings(calls(rolling(4), HOUR)).length, 1));
  test('is found again as it goes on', () => assert.equal(findings(calls(rolling(12), 30 * SECOND)).length, 3));
  test('is found where calls are answered with 404 or 403', () => {
    for (const status of [403, 404, 407, 484, 503]) {
      assert.equal(findings(calls(rolling(4), 30 * SECOND, { ...failed, status })).length, 1, String(status));
    }
  });
  test('is found between calls to other numbers', () => {
    const numbers = rolling(4).flatMap((number, i) => [number, `0301234567${i}`]);
    assert.equal(findings(calls(numbers, 30 * SECOND)).length, 1);
  });
  test('of an IPv6 host is found however it changes its address within the /64', () => {
    const signals = rolling(4).map((number, i) =>
      signal({ ...refused, ip: `2001:db8::${i + 1}`, requestUri: uri(number), at: NOW + i * SECOND }),
    );
    assert.equal(findings(signals).length, 1);
  });
  test('is proven only if every call was', () => {
    const proven = calls(rolling(4), SECOND, { ...refused, proven: 'yes' });
    assert.equal(findings(proven)[0]?.evidence.proven, 'yes');
    const mixed = proven.with(1, { ...(proven[1] ?? assert.fail()), proven: 'no' });
    assert.equal(
      findings([...mixed.slice(0, 3), { ...(mixed[3] ?? assert.fail()), proven: 'no' }])[0]?.evidence.proven,
      'no',
    );
  });
});

describe('costly numbers without credentials', () => {
  const abroad = ['00972592277524', '0088216123456', '+37112345678', '01153123456789', '09001234567'];
  test('are found at the fifth', () => {
    const [found] = findings(calls(abroad, 60 * SECOND));
    assert.equal(found?.reason, '5 numbers abroad or premium called without credentials within 1d');
    assert.equal(found?.count, 5);
  });
  test('are no probe with credentials, or at home', () => {
    assert.deepEqual(findings(calls(abroad, 60 * SECOND, failed)), []);
    assert.deepEqual(
      findings(calls(['0301234567', '0401234567', '0891234567', '0711234567', '0221234567'], SECOND)),
      [],
    );
  });
});

describe('nobody else', () => {
  test('somebody misdials a few times', () => {
    assert.deepEqual(findings(calls(['01721234567', '0001721234567', '00491721234567'], 5 * SECOND, failed)), []);
  });
  test('somebody misdials, gets through, and misdials again tomorrow', () => {
    const try3 = calls(rolling(3), SECOND, failed);
    const through = signal({ kind: 'call.answered', method: 'INVITE', requestUri: uri(NUMBER), at: NOW + 9 * SECOND });
    const again = calls(
      PREFIXES.slice(3, 6).map((prefix) => prefix + NUMBER),
      SECOND,
      failed,
    );
    assert.deepEqual(findings([...try3, through, ...again]), []);
  });
  test('a PBX calls thousands of numbers, many of them not in use', () => {
    const numbers = Array.from({ length: 5000 }, (_, i) => `0${301_000_000 + i * 7919}`);
    assert.deepEqual(findings(calls(numbers, SECOND, failed)), []);
  });
  test('a fax machine tries the same number again and again', () => {
    for (const status of [404, 486, 503]) {
      const retries = new Array<string>(200).fill('00493012345678');
      assert.deepEqual(findings(calls(retries, 60 * SECOND, { ...failed, status })), []);
    }
  });
  test('the number is right, but busy, not there, or does not want to', () => {
    for (const status of [408, 480, 486, 487, 600, 603]) {
      assert.deepEqual(findings(calls(rolling(8), SECOND, { ...failed, status })), [], String(status));
    }
  });
  test('extensions and names have no prefix', () => {
    assert.deepEqual(findings(calls(['1', '21', '321', '4321', '54321', '654321'], SECOND)), []);
    assert.deepEqual(findings(calls(['alice', 'balice', 'calice', 'dalice'], SECOND)), []);
  });
  test('the same number is called from different places, each with its own prefix', () => {
    const signals = rolling(8).map((number, i) =>
      signal({ ...failed, ip: `198.51.100.${i}`, requestUri: uri(number), at: NOW + i }),
    );
    assert.deepEqual(findings(signals), []);
  });
  test('what is refused is no call', () => {
    assert.deepEqual(findings(calls(rolling(8), SECOND, { ...refused, method: 'OPTIONS' })), []);
  });
  test('a prefix a week', () => assert.deepEqual(findings(calls(rolling(8), 7 * 24 * HOUR)), []));
});

test('what was tried survives a restart, unless numbers are cut otherwise', () => {
  const signals = calls(rolling(4), HOUR);
  const before = new DialProbe(dialProbeConfig.parse({}));
  for (const one of signals.slice(0, 3)) before.observe(one);
  const after = new DialProbe(dialProbeConfig.parse({}));
  assert.equal(after.restore(structuredClone(before.snapshot())), true);
  assert.equal(after.observe(signals[3] ?? assert.fail())?.count, 4);
  const other = new DialProbe(dialProbeConfig.parse({ 'suffix-digits': 9 }));
  assert.equal(other.restore(structuredClone(before.snapshot())), false);
});

test('forged addresses do not fill the memory', () => {
  const detector = new DialProbe(dialProbeConfig.parse({ 'max-sources': 1024 }));
  for (let i = 0; i < 20_000; i++) {
    detector.observe(
      signal({
        ...refused,
        ip: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
        requestUri: uri('00972592277524'),
        at: NOW + i,
      }),
    );
  }
  const { tracked, evicted } = detector.state();
  assert.ok(tracked <= 2 * 1024 * 1.2, String(tracked));
  assert.ok(evicted > 30_000, String(evicted));
  detector.expire(NOW + 3 * 24 * HOUR);
  assert.equal(detector.state().tracked, 0);
});
