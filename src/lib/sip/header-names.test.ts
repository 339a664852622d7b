import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HEADER_NAMES, headerNumber, lookUpHeader, UNKNOWN_HEADER } from './header-names.ts';

function numberOf(name: string): number {
  return lookUpHeader(Buffer.from(`x${name}:`), 1, 1 + name.length);
}

test('every known header is found in any case and told from its neighbours', () => {
  for (const name of HEADER_NAMES) {
    assert.ok(headerNumber(name) > UNKNOWN_HEADER);
    for (const spelling of [name, name.toUpperCase(), name.replace(/^./, (first) => first.toUpperCase())]) {
      assert.equal(numberOf(spelling), headerNumber(name), spelling);
    }
    assert.equal(numberOf(`${name}x`), UNKNOWN_HEADER);
    if (name.length > 2)
      assert.equal(numberOf(`${name[0]}${'z'.repeat(name.length - 2)}${name.at(-1)}`), UNKNOWN_HEADER);
  }
});

test('compact forms are the long ones', () => {
  const compact = { v: 'via', f: 'from', t: 'to', i: 'call-id', m: 'contact', l: 'content-length', c: 'content-type' };
  for (const [short, name] of Object.entries(compact)) {
    assert.equal(numberOf(short), headerNumber(name as 'via'));
    assert.equal(numberOf(short.toUpperCase()), headerNumber(name as 'via'));
  }
});

test('other names are unknown, however long', () => {
  for (const name of ['k', 's', 'Allow', 'X-Via', 'Vio', 'Content_Type', 'a'.repeat(31), 'a'.repeat(5000)]) {
    assert.equal(numberOf(name), UNKNOWN_HEADER, name);
  }
});
