import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TARIFFS, tariffOf } from './tariffs.ts';

for (const [digits, country] of [
  ['4930123456', 'DE'],
  ['12125550100', 'US'],
  ['14165550100', 'CA'],
  ['18765550100', 'JM'],
  ['19005550100', 'premium'],
  ['88212345678', 'satellite'],
  ['77172123456', 'KZ'],
  ['74951234567', 'RU'],
  ['37112345678', 'LV'],
] as const) {
  test(`+${digits} is ${country}`, () => assert.equal(tariffOf(digits)?.country, country));
}

test('what no country has is nobody', () => {
  for (const digits of ['', '0', '999123', '210123456', '384123456']) assert.equal(tariffOf(digits), undefined, digits);
});

test('every line of the table is whole: a code, a country or kind, and cents', () => {
  assert.ok(TARIFFS.size > 230);
  for (const [code, { country, centsPerMinute }] of TARIFFS) {
    assert.match(code, /^[1-9][0-9]{0,4}$/);
    assert.match(country, /^([A-Z]{2}|premium|satellite|freephone|shared|personal)$/, code);
    assert.ok(Number.isInteger(centsPerMinute) && centsPerMinute >= 0 && centsPerMinute <= 500, code);
  }
});

test('satellites and premium numbers are dearer than any country', () => {
  const of = (kind: string) => [...TARIFFS.values()].filter(({ country }) => country === kind);
  const dearest = Math.max(
    ...[...TARIFFS.values()].filter((one) => /^[A-Z]/.test(one.country)).map((one) => one.centsPerMinute),
  );
  assert.ok(of('satellite').every(({ centsPerMinute }) => centsPerMinute > dearest));
  assert.ok(of('premium').some(({ centsPerMinute }) => centsPerMinute > dearest));
});
