import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fit, fitNumber, fitUnique, isoTime, LAST_TIME, MAX_EXPIRES, MAX_INT } from './stored-value.ts';

test('text that fits stays as it is', () => {
  for (const text of ['', 'a', 'a\0b', '😀😀', ' ', 'a'.repeat(10)]) assert.equal(fit(text, 10), text);
});

test('text is cut where its column ends, also through a pair of surrogates', () => {
  assert.equal(fit('abcdef', 3), 'abc');
  assert.equal(fit('ab😀', 3), 'ab\ufffd');
  assert.equal(fit('\ud800', 3), '\ufffd');
});

test('whatever the text, it is well-formed and fits', () => {
  const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 20 }), (text, size) => {
      const stored = fit(text, size);
      assert.ok(stored.isWellFormed() && stored.length <= size);
    }),
  );
});

test('different identities stay different when they are cut', () => {
  const long = 'x'.repeat(300);
  assert.equal(fitUnique('short', 255), 'short');
  assert.equal(fitUnique(long, 255).length, 255);
  assert.notEqual(fitUnique(`${long}1`, 255), fitUnique(`${long}2`, 255));
  assert.equal(fitUnique(long, 255), fitUnique(long, 255));
});

test('MySQL compares without trailing blanks, so an identity never ends with one', () => {
  assert.match(fitUnique('scan alice ', 255), /^scan alice #[0-9a-f]{64}$/);
  assert.notEqual(fitUnique('a ', 255), fitUnique('a  ', 255));
});

test('numbers are whole and fit their column', () => {
  for (const value of [-1, 0, 5, MAX_INT]) assert.equal(fitNumber(value), value);
  assert.equal(fitNumber(99_999_999_999), MAX_INT);
  assert.equal(fitNumber(99_999_999_999, MAX_EXPIRES), 4_294_967_295);
  assert.equal(fitNumber(-7), -1);
  assert.equal(fitNumber(1.9), 1);
});

test('times are those that every database can hold', () => {
  assert.equal(isoTime(1), '1970-01-01T00:00:00.001Z');
  assert.equal(isoTime(-5), '1970-01-01T00:00:00.000Z');
  assert.equal(isoTime(LAST_TIME + 1), '9999-12-31T23:59:59.999Z');
  assert.throws(() => isoTime(Number.NaN), RangeError);
});
