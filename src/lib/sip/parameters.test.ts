import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_TEXT } from '../text.ts';
import { authParameter, itemEnd, parameter } from './parameters.ts';

test('parameters are found by name in any case, with blanks around the sign', () => {
  const text = 'branch=z9hG4bK1;RPORT; Received = 192.0.2.1 ;ttl=16';
  assert.equal(parameter(text, 0, 'branch'), 'z9hG4bK1');
  assert.equal(parameter(text, 0, 'rport'), '');
  assert.equal(parameter(text, 0, 'received'), '192.0.2.1');
  assert.equal(parameter(text, 0, 'ttl'), '16');
  assert.equal(parameter(text, 0, 'tt'), undefined);
  assert.equal(parameter(text, 0, 'port'), undefined);
});

test('the first of equal names counts', () => {
  assert.equal(parameter('a=1;a=2', 0, 'a'), '1');
});

test('what stands inside a quoted string is no parameter', () => {
  assert.equal(parameter('x="a;tag=evil";tag=real', 0, 'tag'), 'real');
  assert.equal(parameter('x="\\";tag=evil";tag=real', 0, 'tag'), 'real');
  assert.equal(parameter('x="a;tag=evil', 0, 'tag'), undefined);
  assert.equal(authParameter('username="u, nonce=evil", nonce="real"', 0, 'nonce'), 'real');
});

test('quoted values are unquoted', () => {
  assert.equal(authParameter(' realm="a \\"b\\", c",x=y', 0, 'realm'), 'a "b", c');
  assert.equal(authParameter('a="",b="', 0, 'a'), '');
  assert.equal(authParameter('a="",b="', 0, 'b'), '"');
});

test('nonce is not cnonce', () => {
  assert.equal(authParameter('cnonce="c", nonce="n"', 0, 'nonce'), 'n');
  assert.equal(authParameter('nonce-count=1, nc=2', 0, 'nonce'), undefined);
});

test('a value is bounded, and so is the work for a hostile one', () => {
  assert.equal(parameter(`a=${'x'.repeat(9000)}`, 0, 'a')?.length, MAX_TEXT);
  for (const unit of [';', '"', '";', '";"', '\\"', ';"a"']) {
    assert.equal(parameter(unit.repeat(30_000), 0, 'tag'), undefined);
  }
});

test('an item ends at the separator outside quotes', () => {
  assert.equal(itemEnd('ab,c', 0, 44), 2);
  assert.equal(itemEnd('"a,b",c', 0, 44), 5);
  assert.equal(itemEnd('"a,b', 0, 44), 4);
});
