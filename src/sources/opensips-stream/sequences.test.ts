import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Sequences } from './sequences.ts';

function lost(...numbers: readonly number[]): number {
  const sequences = new Sequences();
  for (const number of numbers) sequences.note('a', number);
  return sequences.lost;
}

describe('Sequences', () => {
  it('counts what did not come, not what came before we listened', () => {
    assert.equal(lost(5, 6, 7), 0);
    assert.equal(lost(5, 9, 10), 3);
  });

  it('counts nothing that only came late, in whatever order', () => {
    const order = fc.shuffledSubarray([2, 3, 4, 5, 6, 7, 8, 9], { minLength: 8 });
    fc.assert(fc.property(order, (numbers) => assert.equal(lost(1, ...numbers, 10), 0)));
  });

  it('begins anew when OpenSIPS does', () => {
    assert.equal(lost(500, 1, 2, 3), 0);
    assert.equal(lost(50_000, 3, 4), 0);
    assert.equal(lost(500, 1, 4), 2);
  });

  it('says how many are missing when it notices', () => {
    const sequences = new Sequences();
    assert.deepEqual(
      [1, 2, 5, 4, 6].map((number) => sequences.note('a', number)),
      [0, 0, 2, 0, 0],
    );
    assert.equal(sequences.lost, 1);
  });

  it('keeps senders apart, and goes on from its lines in a journal', () => {
    const before = new Sequences();
    before.note('192.0.2.1', 7);
    before.note('2001:db8::1', 70);
    const lines = ['192.0.2.1', '2001:db8::1', '192.0.2.9'].map((sender) => before.lineFor(sender));
    assert.deepEqual(lines, ['E_STREAM,192.0.2.1,7', 'E_STREAM,2001:db8::1,70', undefined]);
    const after = new Sequences();
    after.restore(`half a line\nE_STREAM,192.0.2.1,6\n${lines.join('\n')}\nE_SIPWARD,1,x\nE_STREAM,x,y\nE_STREAM,z`);
    assert.deepEqual([after.note('192.0.2.1', 8), after.note('2001:db8::1', 75)], [0, 4]);
  });
});
