import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, series, signal } from '../../test/support/signals.ts';
import { Flow } from '../lib/flow.ts';
import { Network } from '../lib/network.ts';
import type { SignalKind } from '../pipeline/signal.ts';
import { type InForce, StillHeard } from './still-heard.ts';

const MINUTE = 60_000;
const network = (text: string) => Network.parse(text) ?? assert.fail(text);
const BLOCK: InForce = { target: network('203.0.113.7'), since: NOW, until: NOW + 60 * MINUTE };

/** How often it was told of five signals, 20 s apart, the first so long after the block. */
function told(afterMs: number, sketch: { kind?: SignalKind; stepMs?: number; block?: InForce } = {}): number {
  const heard = new StillHeard(MINUTE);
  const { kind = 'register.failed', stepMs = 20_000, block = BLOCK } = sketch;
  return series(5, stepMs, { at: NOW + afterMs, kind }).filter((one) => heard.note(one, block) !== undefined).length;
}

describe('a blocked address that is still heard', () => {
  test('is told of once, with where and how much', () => {
    const heard = new StillHeard(MINUTE);
    const all = series(50, 5_000, { at: NOW + 2 * MINUTE, sensor: 'edge' }).map((one) => heard.note(one, BLOCK));
    const [first, ...others] = all.filter((one) => one !== undefined);
    const { subject, ...told } = first ?? assert.fail();
    assert.deepEqual([subject.text, others], ['203.0.113.7', []]);
    assert.deepEqual(told, {
      what: '203.0.113.7',
      sensor: 'edge',
      signals: 3,
      since: NOW,
      at: NOW + 2 * MINUTE + 10_000,
    });
    assert.equal(heard.heard(NOW + 10 * MINUTE)?.signals, 50);
    assert.equal(heard.heard(NOW + 30 * MINUTE), undefined, 'over');
  });

  test('may be a single flow', () => {
    const heard = new StillHeard(MINUTE);
    const target = Flow.parse('udp:203.0.113.7:5060') ?? assert.fail();
    const all = series(5, 20_000, { at: NOW + 2 * MINUTE }).map((one) => heard.note(one, { ...BLOCK, target }));
    const [told] = all.filter((one) => one !== undefined);
    assert.deepEqual([told?.subject, told?.what], [target, 'UDP port 5060 of 203.0.113.7']);
  });

  test('is told of again after a day, with another address', () => {
    const heard = new StillHeard(MINUTE);
    const count = (ip: string, at: number) => {
      const block = { target: network(ip), since: at - 5 * MINUTE, until: Infinity };
      return series(5, 20_000, { ip, at }).filter((one) => heard.note(one, block) !== undefined).length;
    };
    assert.deepEqual(
      [count('203.0.113.1', NOW), count('203.0.113.2', NOW + 1000), count('203.0.113.3', NOW + 60 * MINUTE)],
      [1, 0, 0],
    );
    assert.equal(count('203.0.113.4', NOW + 25 * 60 * MINUTE), 1);
  });
});

describe('is no blocked address that is still heard', () => {
  test('one whose packets waited, or whose lines were read late', () => {
    assert.equal(told(-10 * MINUTE), 0);
    assert.equal(told(-20_000), 0);
    assert.equal(told(61_000, { stepMs: 100 }), 0, 'a burst out of a queue');
  });

  test('one whose block is over, or over any moment', () => {
    assert.equal(told(59.5 * MINUTE), 0);
    assert.equal(told(90 * MINUTE), 0);
  });

  test('one whose call ends', () => {
    assert.equal(told(5 * MINUTE, { kind: 'call.started' }), 1);
    assert.ok(StillHeard.concerns(signal({ kind: 'call.started' })));
    for (const kind of ['call.ended', 'call.failed', 'register.removed'] as const)
      assert.ok(!StillHeard.concerns(signal({ kind })), kind);
  });

  test('one that was heard a little under an earlier block', () => {
    const heard = new StillHeard(MINUTE);
    const two = series(2, 20_000, { at: NOW + 2 * MINUTE });
    const again = { ...BLOCK, since: NOW + 90 * MINUTE, until: Infinity };
    const other = series(2, 20_000, { at: NOW + 92 * MINUTE });
    assert.deepEqual(
      [...two.map((one) => heard.note(one, BLOCK)), ...other.map((one) => heard.note(one, again))],
      [undefined, undefined, undefined, undefined],
    );
  });
});
