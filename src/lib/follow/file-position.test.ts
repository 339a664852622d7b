import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NOWHERE, parseFilePosition } from './file-position.ts';

const GOOD = { dev: '65024', inode: '18446744073709551615', fingerprint: '256:0f1e2d3c4b5a6978', offset: 4096 };

describe('parseFilePosition', () => {
  it('takes what was stored', () => {
    assert.deepEqual(parseFilePosition(JSON.parse(JSON.stringify(GOOD))), GOOD);
    assert.deepEqual(parseFilePosition(JSON.parse(JSON.stringify(NOWHERE))), NOWHERE);
  });

  const broken: readonly unknown[] = [
    null,
    [],
    {},
    { ...GOOD, offset: -1 },
    { ...GOOD, offset: 1.5 },
    { ...GOOD, inode: 5 },
    { ...GOOD, fingerprint: 'abc' },
    { ...GOOD, more: 1 },
  ];
  for (const stored of broken) {
    it(`refuses ${JSON.stringify(stored)}`, () => {
      assert.throws(() => parseFilePosition(stored), /stored position: expected .* got/);
    });
  }
});
