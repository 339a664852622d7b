import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { kmBetweenCountries, kmBetweenPlaces } from './distance.ts';

const BERLIN = { latitude: 52.52, longitude: 13.4, accuracyKm: 0 };
const MOSCOW = { latitude: 55.75, longitude: 37.62, accuracyKm: 0 };

describe('between places', () => {
  test('as the crow flies', () => assert.equal(Math.round(kmBetweenPlaces(BERLIN, MOSCOW)), 1609));
  test('as near as their accuracy allows', () => {
    assert.equal(Math.round(kmBetweenPlaces({ ...BERLIN, accuracyKm: 100 }, { ...MOSCOW, accuracyKm: 500 })), 1009);
    assert.equal(kmBetweenPlaces({ ...BERLIN, accuracyKm: 1000 }, { ...MOSCOW, accuracyKm: 1000 }), 0);
  });
  test('across the date line, and none at all', () => {
    const east = { latitude: 0, longitude: 179, accuracyKm: 0 };
    assert.equal(Math.round(kmBetweenPlaces(east, { ...east, longitude: -179 })), 222);
    assert.equal(kmBetweenPlaces(BERLIN, BERLIN), 0);
  });
});

describe('between countries', () => {
  for (const [a, b] of [
    ['DE', 'DE'],
    ['DE', 'FR'],
    ['US', 'MX'],
    ['US', 'RU'],
    ['GB', 'FR'],
    ['ES', 'MA'],
    ['SG', 'MY'],
    ['FR', 'BR'],
    ['ZZ', 'DE'],
    ['DE', 'constructor'],
  ] as const) {
    test(`${a} and ${b} are neighbours, or it is not known`, () => {
      assert.equal(kmBetweenCountries(a, b), 0);
      assert.equal(kmBetweenCountries(b, a), 0);
    });
  }
  // Never more than the shortest way between borders, here by the map.
  for (const [a, b, atLeast, atMost] of [
    ['DE', 'ES', 400, 700],
    ['DE', 'IL', 2000, 2500],
    ['DE', 'US', 4500, 5300],
    ['DE', 'CN', 4200, 4700],
    ['PT', 'US', 2500, 4000],
    ['AU', 'FJ', 1700, 2800],
    ['FJ', 'DE', 14_000, 16_500],
    ['SG', 'HK', 2200, 2600],
    ['RE', 'DE', 8000, 9200],
  ] as const) {
    test(`${a} and ${b}`, () => {
      const km = kmBetweenCountries(a, b);
      assert.ok(km >= atLeast && km <= atMost, String(km));
      assert.equal(kmBetweenCountries(b, a), km);
    });
  }
});
