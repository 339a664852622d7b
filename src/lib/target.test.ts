import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf, parseTarget, targetWords, wordsOf } from './target.ts';

for (const [text, network, words] of [
  ['203.0.113.7', '203.0.113.7', '203.0.113.7'],
  ['203.0.113.0/24', '203.0.113.0/24', '203.0.113.0/24'],
  ['udp:203.0.113.7:5071', '203.0.113.7', 'UDP port 5071 of 203.0.113.7'],
  ['tcp:[2001:db8::1]:5061', '2001:db8::1', 'TCP port 5061 of 2001:db8::1'],
] as const) {
  test(`${text}: its text, addresses and words`, () => {
    const target = parseTarget(text) ?? assert.fail(text);
    assert.deepEqual([target.text, networkOf(target).text], [text, network]);
    assert.deepEqual([targetWords(target), wordsOf(text)], [words, words]);
  });
}

test('what is no target', () => {
  for (const text of ['', 'anna', '203.0.113.7:5071', '203.0.113.1/24']) assert.equal(parseTarget(text), undefined);
  assert.equal(wordsOf('anna@example.com'), 'anna@example.com');
});
