import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../test/support/linear-time.ts';
import { nearest } from './nearest.ts';

const COMMANDS = ['run', 'check', 'replay', 'block', 'unblock', 'blocks', 'why', 'allow', 'events'];

describe('nearest', () => {
  for (const [typed, meant] of [
    ['blcok', 'block'],
    ['unblok', 'unblock'],
    ['BLOCKS', 'blocks'],
    ['replya', 'replay'],
    ['event', 'events'],
    ['xyz', undefined],
    ['', undefined],
    ['frobnicate', undefined],
  ] as const) {
    it(`takes ${JSON.stringify(typed)} for ${meant ?? 'nothing known'}`, () =>
      assert.equal(nearest(typed, COMMANDS), meant));
  }

  it('has no answer without candidates', () => assert.equal(nearest('block', []), undefined));

  it('is quick for very long words', () => {
    assertLinear(
      'a',
      (length) => 'a'.repeat(length),
      (word) => nearest(word, COMMANDS),
    );
  });
});
