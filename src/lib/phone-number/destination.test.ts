import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_DIAL_PLAN, destinationOf, isCostly } from './destination.ts';

const GERMANY = { ...DEFAULT_DIAL_PLAN, homeCode: '49' };

describe('where a number leads', () => {
  for (const [dialled, country] of [
    ['+972592277524', 'IL'],
    ['00972592277524', 'IL'],
    ['011972592277524', 'IL'],
    ['9011972592277524', 'IL'],
    ['810972592277524', 'IL'],
    ['900972592277524', 'IL'],
    ['000972592277524', 'IL'],
    ['0088212345678', 'satellite'],
    ['+19005550100', 'premium'],
    ['09001234567', 'premium'],
    ['0301234567', 'home'],
    ['1001', 'home'],
    ['00', 'home'],
    ['004', 'home'],
    ['0000000000000', 'home'],
    ['', 'home'],
    ['+80012345678', 'freephone'],
  ] as const) {
    test(`${dialled || 'nothing'}: ${country}`, () =>
      assert.equal(destinationOf(dialled, DEFAULT_DIAL_PLAN).country, country));
  }
});

test('the own country is home, its premium numbers are premium', () => {
  assert.equal(destinationOf('+4930123456', GERMANY).country, 'home');
  assert.equal(destinationOf('004930123456', GERMANY).country, 'home');
  assert.equal(destinationOf('+499001234567', GERMANY).country, 'premium');
  assert.equal(destinationOf('+4330123456', GERMANY).country, 'AT');
  assert.equal(destinationOf('+4930123456', DEFAULT_DIAL_PLAN).country, 'DE');
});

test('abroad and premium is costly, home and freephone are not', () => {
  const costly = (dialled: string) => isCostly(destinationOf(dialled, GERMANY));
  assert.deepEqual(['+43301234567', '09001234567', '0088212345678'].map(costly), [true, true, true]);
  assert.deepEqual(['0301234567', '+80012345678', '100'].map(costly), [false, false, false]);
});
