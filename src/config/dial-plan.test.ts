import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_DIAL_PLAN } from '../lib/phone-number/destination.ts';
import { dialPlanConfig } from './dial-plan.ts';

test('nothing said is the default plan', () => {
  assert.deepEqual(dialPlanConfig.parse({}), DEFAULT_DIAL_PLAN);
});

test('what is said replaces it, and is digits', () => {
  const said = { 'home-country-code': '49', 'international-prefixes': ['00'], 'premium-prefixes': ['0900'] };
  const plan = { homeCode: '49', internationalPrefixes: ['00'], premiumPrefixes: ['0900'] };
  assert.deepEqual(dialPlanConfig.parse(said), plan);
  for (const wrong of [{ 'home-country-code': '+49' }, { 'home-country-code': '049' }, { 'premium-prefixes': ['x'] }]) {
    assert.ok(!dialPlanConfig.safeParse(wrong).success, JSON.stringify(wrong));
  }
});
