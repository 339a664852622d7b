import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertLinear } from '../../test/support/linear-time.ts';
import { productOf } from './product.ts';

for (const [userAgent, product] of [
  ['Yealink SIP-T46U 108.86.0.20', 'Yealink SIP-T46U'],
  ['Grandstream GXP1625 1.0.7.13', 'Grandstream GXP1625'],
  ['Asterisk PBX 20.5.0', 'Asterisk PBX'],
  ['FPBX-16.0.40.7(18.20.0)', 'FPBX'],
  ['Linphone/5.2.3 (iPhone 13)', 'Linphone'],
  ['snomD785/10.1.159.12', 'snomD785'],
  ['Zoiper v2.10.19', 'Zoiper'],
  ['PolycomVVX-VVX_411-UA/5.9.5.0614', 'PolycomVVX-VVX_411-UA'],
  ['MicroSIP/3.21.3', 'MicroSIP'],
  ['Cisco-CP8841/12', 'Cisco-CP8841/12'],
  ['1.2.3', '1.2.3'],
  ['', ''],
] as const) {
  test(`${userAgent || 'nothing'}: ${product}`, () => assert.equal(productOf(userAgent), product));
}

test('whatever it is, in linear time', () => {
  for (const text of ['1', '1.', 'v1', ' 1', '.']) {
    assertLinear(JSON.stringify(text), (length) => text.repeat(length / text.length), productOf);
  }
});
