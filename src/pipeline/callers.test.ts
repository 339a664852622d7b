import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, type SignalSketch, signal } from '../../test/support/signals.ts';
import { aorOf } from './aor.ts';
import { Callers } from './callers.ts';

const DAY = 86_400_000;
/** A realm that is no domain, as Asterisk's by default. */
const WORD = { authRealm: 'asterisk' };
const registered = (user: string, authUser: string, more: SignalSketch = {}) =>
  signal({ kind: 'register.ok', status: 200, user, authUser, ...WORD, ...more });
const call = (user: string, authUser: string, more: SignalSketch = {}) =>
  signal({ kind: 'call.started', status: 180, method: 'INVITE', user, authUser, ...WORD, ...more });
const caller = (callers: Callers, ...args: Parameters<typeof call>) => aorOf(callers.attribute(call(...args)));

describe('an account whose credentials are its name', () => {
  test('makes the calls it authenticates, whoever is in From, whatever domain From has', () => {
    const callers = new Callers();
    for (const user of ['anna', 'ben']) callers.attribute(registered(user, user));
    assert.equal(caller(callers, 'anna', 'anna'), 'anna@example.com');
    assert.equal(caller(callers, 'ben', 'anna'), 'anna@example.com');
    assert.equal(caller(callers, 'nobody', 'anna', { domain: 'else.example' }), 'anna@example.com');
    assert.equal(caller(callers, '%61nna', 'ANNA'), 'anna@example.com');
    assert.equal(caller(callers, 'anna', 'ben'), 'ben@example.com');
  });

  test('is itself also if it never registers: in the realm, if that is a domain, else in the domain of From', () => {
    const callers = new Callers();
    const realm = { authRealm: 'Sip.Example.net' };
    assert.equal(caller(callers, 'ben', 'PBX7', realm), 'pbx7@sip.example.net');
    assert.equal(caller(callers, 'ben', 'pbx7'), 'pbx7@example.com');
    assert.equal(caller(callers, 'ben', 'pbx7@tenant.example', realm), 'pbx7@tenant.example');
  });

  test('is not one of the same name in another domain', () => {
    const callers = new Callers();
    for (const domain of ['a.example', 'b.example'])
      callers.attribute(registered('1001', '1001', { domain, authRealm: domain }));
    const from = { domain: 'b.example', authRealm: 'a.example' };
    assert.equal(caller(callers, '1001', '1001', from), '1001@a.example');
  });
});

describe('an account whose credentials have another name', () => {
  test('has its calls and its registrations together', () => {
    const callers = new Callers();
    callers.attribute(registered('1001', 'foo'));
    assert.equal(caller(callers, '1001', 'foo'), '1001@example.com');
    assert.equal(caller(callers, '1002', 'foo'), '1001@example.com');
  });

  test('shares them with others: From tells apart who registered with them, and nobody else', () => {
    const callers = new Callers();
    for (const user of ['1001', '1002', '1003']) callers.attribute(registered(user, 'office'));
    callers.attribute(registered('ben', 'ben'));
    for (const user of ['1001', '1002', '1003']) assert.equal(caller(callers, user, 'office'), `${user}@example.com`);
    assert.equal(caller(callers, 'ben', 'office'), '1003@example.com');
  });

  test('that were changed: the last registration counts', () => {
    const callers = new Callers();
    callers.attribute(registered('1001', 'foo'));
    callers.attribute(registered('1002', 'foo', { at: NOW + 1 }));
    callers.attribute(registered('1001', 'bar', { at: NOW + 2 }));
    assert.equal(caller(callers, '1001', 'foo'), '1002@example.com');
    assert.equal(caller(callers, '1001', 'bar'), '1001@example.com');
  });
});

describe('From counts', () => {
  const cases: readonly [string, SignalSketch][] = [
    ['without credentials: a trunk', { authUser: '' }],
    ['where the credentials were refused', { kind: 'call.failed', status: 401 }],
    ['where they were refused by a proxy', { kind: 'call.failed', status: 407 }],
    ['where they were refused for good', { kind: 'call.failed', status: 403 }],
    ['of what is no call', { kind: 'request.refused', reason: 'dial_probe', status: 0 }],
    ['of a registration that failed', { kind: 'register.failed', status: 401 }],
  ];
  for (const [name, sketch] of cases) {
    test(name, () => {
      const callers = new Callers();
      callers.attribute(registered('anna', 'anna'));
      const one = call('ben', 'anna', sketch);
      assert.equal(callers.attribute(one), one);
    });
  }

  test('a registration that failed teaches nothing', () => {
    const callers = new Callers();
    callers.attribute(registered('ben', 'anna', { kind: 'register.failed', status: 401 }));
    callers.attribute(registered('ben', 'anna', { kind: 'register.removed' }));
    assert.equal(callers.size, 0);
  });
});

test('the end of a call, and what OpenSIPS says of it, is about the same account', () => {
  const callers = new Callers();
  for (const kind of ['call.answered', 'call.ended', 'fraud.threshold', 'call.failed'] as const)
    assert.equal(
      caller(callers, 'ben', 'anna', { kind, status: kind === 'call.failed' ? 486 : 0 }),
      'anna@example.com',
    );
});

test('the signal is otherwise the same, in the same shape', () => {
  const given = call('ben', 'anna', { callId: 'c', from: '"B" <sip:ben@example.com>' });
  const attributed = new Callers().attribute(given);
  assert.deepEqual(attributed, { ...given, user: 'anna' });
  assert.deepEqual(Object.keys(attributed), Object.keys(given));
});

test('what is known is bounded, counts what it forgets, and is forgotten in time', () => {
  const callers = new Callers(1024);
  for (let i = 0; i < 5000; i++) callers.attribute(registered(`a${i}`, `c${i}`, { at: NOW + i }));
  assert.ok(callers.size <= 2048);
  assert.ok(callers.evicted > 7000);
  assert.equal(caller(callers, 'x', 'c4999'), 'a4999@example.com');
  callers.attribute(registered('a4999', 'c4999', { at: NOW + DAY }));
  callers.expire(NOW + 61 * DAY - 1);
  assert.equal(callers.size, 2);
  assert.equal(caller(callers, 'x', 'c4999'), 'a4999@example.com');
  callers.expire(NOW + 62 * DAY);
  assert.equal(callers.size, 0);
});

test('it survives a restart', () => {
  const before = new Callers();
  before.attribute(registered('1001', 'foo'));
  const after = new Callers();
  after.restore(structuredClone(before.snapshot()));
  assert.equal(caller(after, 'x', 'foo'), '1001@example.com');
});
