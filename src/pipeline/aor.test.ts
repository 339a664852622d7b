import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signal } from '../../test/support/signals.ts';
import { aorOf } from './aor.ts';

test('is that of the signal at hand, not of the one before', () => {
  const [anna, ben] = [signal({ user: 'anna', domain: 'a.example' }), signal({ user: 'ben', domain: '' })];
  assert.deepEqual([anna, anna, ben, anna].map(aorOf), ['anna@a.example', 'anna@a.example', 'ben@', 'anna@a.example']);
});

test('is the same for all spellings of an account', () => {
  for (const [user, domain] of [
    ['1001', 'PBX.Example'],
    ['%31001', 'pbx.example'],
    ['1001;phone-context=x', 'pbx.example'],
  ] as const)
    assert.equal(aorOf(signal({ user, domain })), '1001@pbx.example');
});
