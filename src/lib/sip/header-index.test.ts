import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaderIndex, MAX_HEADERS } from './header-index.ts';
import { headerNumber } from './header-names.ts';

const VIA = headerNumber('via');
const TO = headerNumber('to');
const CONTACT = headerNumber('contact');

function read(text: string): HeaderIndex {
  return HeaderIndex.read(Buffer.from(text, 'latin1'), 0);
}

test('values are found in order, without the blanks around them', () => {
  const index = read('Via: one\r\nV:two \t\r\nTo :\tx\r\nvia:\r\n\r\nTo: in the body\r\n');
  assert.deepEqual(index.all(VIA), ['one', 'two', '']);
  assert.equal(index.first(VIA), 'one');
  assert.equal(index.count(VIA), 3);
  assert.deepEqual(index.all(TO), ['x']);
  assert.equal(index.first(CONTACT), undefined);
  assert.equal(index.firstText(CONTACT), undefined);
  assert.equal(index.fault, undefined);
  assert.equal(index.bodyStart, 35);
});

test('line feeds alone end lines too, and headers may end without the empty line', () => {
  const index = read('Via: a\nTo: b\nContact: c');
  assert.deepEqual([index.first(VIA), index.first(TO), index.first(CONTACT)], ['a', 'b', 'c']);
  assert.equal(index.bodyStart, 23);
});

test('a folded value is one line, its folds are blanks', () => {
  const index = read('To: a\r\n b\r\n\t  c\r\nContact:\r\n  d\r\nVia: e\r\n');
  assert.equal(index.first(TO), 'a b c');
  assert.equal(index.firstText(TO), 'a b c');
  assert.equal(index.first(CONTACT), 'd');
  assert.equal(index.first(VIA), 'e');
});

test('headers without a number are found by name', () => {
  const index = read('X-Empty:\r\nAllow : INVITE\r\nX-Allow: no\r\n\r\n');
  assert.equal(index.named('allow'), 'INVITE');
  assert.equal(index.named('x-empty'), '');
  assert.equal(index.named('accept'), undefined);
});

test('a line that is no header is a fault and does not hide the others', () => {
  for (const bad of ['no colon here', ': no name', '@: not a token', 'a b: c', '\x00']) {
    const index = read(`Via: a\r\n${bad}\r\n continued\r\nTo: b\r\n\r\n`);
    assert.equal(index.fault, 'header-line', bad);
    assert.deepEqual([index.first(VIA), index.first(TO)], ['a', 'b']);
  }
});

test('the number of lines is bounded', () => {
  assert.equal(read('a:b\r\n'.repeat(MAX_HEADERS)).fault, undefined);
  const index = read(`Via: x\r\n${'a:b\r\n'.repeat(MAX_HEADERS)}`);
  assert.equal(index.fault, 'too-many-headers');
  assert.equal(index.first(VIA), 'x');
});

test('bytes are UTF-8', () => {
  assert.equal(HeaderIndex.read(Buffer.from('To: "Zoë" \xff', 'utf8'), 0).first(TO), '"Zoë" ÿ');
  assert.equal(read('To: \xff').first(TO), '\ufffd');
});
