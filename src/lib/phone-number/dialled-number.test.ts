import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dialledNumber } from './dialled-number.ts';

for (const [uri, number] of [
  ['sip:0049301234567@pbx.example', '0049301234567'],
  ['sips:+49301234567@pbx.example:5061;transport=tls', '+49301234567'],
  ['sip:+49-30-(12).345@pbx.example', '+493012345'],
  ['sip:0049301234567;phone-context=example@pbx.example', '0049301234567'],
  ['sip:100:secret@pbx.example', '100'],
  ['tel:+49-30-1234567;ext=1', '+49301234567'],
  ['sip:alice@pbx.example', ''],
  ['sip:pbx.example', ''],
  ['sip:1001a@pbx.example', ''],
  ['sip:4+9@pbx.example', ''],
  ['sip:+@pbx.example', ''],
  [`sip:${'9'.repeat(40)}@pbx.example`, '9'.repeat(32)],
  ['sip:%30%30882131234567@pbx.example', '00882131234567'],
  ['sip:%2B882131234567@pbx.example', '+882131234567'],
  ['sip:00%20882%31%331234567@pbx.example', '00882131234567'],
  ['sip:00882131234567%23@pbx.example', '00882131234567'],
  ['sip:00882131234567#@pbx.example', '00882131234567'],
  ['sip:00882131234567a@pbx.example', '00882131234567'],
  ['sip:%zz@pbx.example', ''],
  ['', ''],
] as const) {
  test(`${uri.slice(0, 60)} dials ${number || 'no number'}`, () => assert.equal(dialledNumber(uri), number));
}
