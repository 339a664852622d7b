import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHostPort } from './host-port.ts';

test('hosts and ports', () => {
  const cases: readonly [string, string, number | undefined][] = [
    ['example.com', 'example.com', undefined],
    ['EXAMPLE.com:5060', 'example.com', 5060],
    ['192.0.2.1:5071', '192.0.2.1', 5071],
    ['[2001:DB8::1]', '[2001:db8::1]', undefined],
    ['[2001:db8::1]:5061', '[2001:db8::1]', 5061],
    ['[::ffff:192.0.2.1]:0', '[::ffff:192.0.2.1]', 0],
    ['my_pbx : 5060 ', 'my_pbx', 5060],
  ];
  for (const [text, host, port] of cases)
    assert.deepEqual(readHostPort(text, 0), { host, port, end: text.length }, text);
});

test('the end is told, so that a caller sees what follows', () => {
  assert.equal(readHostPort('sip:a:1;x', 4)?.end, 7);
  assert.equal(readHostPort('a@b', 0)?.end, 1);
});

test('what is none', () => {
  for (const text of [
    '',
    ':5060',
    'a:',
    'a:x',
    'a:65536',
    'a:99999999999999',
    '[::1',
    '[]',
    '[x]',
    '@',
    'a'.repeat(256),
  ]) {
    assert.equal(readHostPort(text, 0), undefined, text);
  }
});
