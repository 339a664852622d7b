import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, type SignalSketch, signal } from '../../test/support/signals.ts';
import { parseConfig } from '../config/parse.ts';
import type { Signal } from '../pipeline/signal.ts';
import { buildPipeline } from './pipeline-parts.ts';

const MINUTE = 60_000;
const call = (kind: SignalSketch['kind'] & string, number: string, minute: number, more: SignalSketch = {}) => {
  const uri = { requestUri: `sip:${number}@example.com`, callId: `c${minute}`, method: 'INVITE' };
  return signal({ ...uri, kind, status: 180, at: NOW + minute * MINUTE, ...more });
};
/** Numbers of the country with the calling code 49. */
const numbers = Array.from({ length: 12 }, (_, i) => `+4930${1_234_567 + i}`);

const STORIES = {
  'dial-probe': numbers.map((number, i) =>
    call('request.refused', number, i, { reason: 'dial_probe', status: 401, proven: 'yes' }),
  ),
  compromise: [
    signal({ kind: 'register.ok', status: 200, ip: '198.51.100.7', userAgent: 'Snom D785' }),
    ...Array.from({ length: 8 }, (_, i) => signal({ at: NOW + (i + 1) * MINUTE, userAgent: 'Snom D785' })),
    signal({ kind: 'register.ok', status: 200, at: NOW + 60 * MINUTE, userAgent: 'Snom D785' }),
    call('call.started', '+4930123456', 61),
  ],
  'toll-fraud': [
    signal({ kind: 'register.ok', status: 200 }),
    ...numbers.flatMap((number, i) => [call('call.started', number, i / 10), call('call.answered', number, i / 10)]),
  ],
};

function found(yaml: string, detector: keyof typeof STORIES): string[] {
  const { pipeline } = buildPipeline(
    parseConfig(`detectors: {toll-fraud: {burst-cents: 1}}\n${yaml}`, 'test'),
    assert.fail,
  );
  const outcomes = pipeline.process([...STORIES[detector]]);
  return [...new Set(outcomes.map(({ finding }) => finding.detector))].filter((name) => name === detector);
}

describe('a call home is no costly one', () => {
  for (const detector of Object.keys(STORIES) as (keyof typeof STORIES)[]) {
    test(`for ${detector}`, () => {
      assert.deepEqual(found('', detector), [detector]);
      assert.deepEqual(found("dial-plan: {home-country-code: '49'}", detector), []);
    });
  }
});

describe('an account that spends much by calls', () => {
  const ben = signal({ kind: 'register.ok', status: 200, user: 'ben', authUser: 'ben', authRealm: 'asterisk' });
  const anna = { ...ben, user: 'anna', authUser: 'anna' };
  /** Twelve dear calls of whoever says to be Ben. */
  const calls = (more: SignalSketch) =>
    numbers.flatMap((number, i) =>
      (['call.started', 'call.answered'] as const).map((kind) => call(kind, number, i / 10, { user: 'ben', ...more })),
    );
  const accused = (...signals: readonly Signal[]) => {
    const { pipeline } = buildPipeline(parseConfig('detectors: {toll-fraud: {burst-cents: 1}}', 'test'), assert.fail);
    const outcomes = pipeline.process(signals);
    return new Set(outcomes.flatMap(({ finding: { subject } }) => (subject.kind === 'aor' ? [subject.aor] : [])));
  };
  const accepted = { authUser: 'anna', authRealm: 'asterisk' };

  test('is the one whose credentials were accepted, and not the one in From', () => {
    assert.deepEqual(accused(anna, ben, ...calls(accepted)), new Set(['anna@example.com']));
    assert.deepEqual(accused(anna, ben, ...calls({})), new Set(['ben@example.com']));
  });

  for (const transport of ['tcp', 'tls'] as const) {
    const proven = { transport, proven: 'yes' } as const;
    test(`is found over ${transport} without any registration, if it authenticates its calls`, () =>
      assert.deepEqual(accused(...calls({ ...proven, ...accepted })), new Set(['anna@example.com'])));

    test(`is none of ours over ${transport} without credentials: a trunk's caller`, () =>
      assert.deepEqual(accused(...calls(proven)), new Set()));
  }

  test('is not the one whose name stands in refused credentials', () => {
    const refused = calls({ ...accepted, status: 401 }).map((one) => ({ ...one, kind: 'call.failed' }) as Signal);
    assert.deepEqual(accused(anna, ben, ...refused), new Set());
  });
});
