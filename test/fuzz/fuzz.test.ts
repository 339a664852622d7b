/** The fuzzer itself: it finds what is there to be found, and nothing in the parsers as they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Coverage } from './coverage.ts';
import { Fuzzer } from './fuzzer.ts';
import type { FuzzTarget } from './target.ts';
import { FUZZ_TARGETS } from './targets/index.ts';

function failuresOf(target: FuzzTarget, rounds: number): readonly string[] {
  const failures: string[] = [];
  using coverage = new Coverage();
  const onFailure = ({ error }: { readonly error: Error }) => failures.push(error.message);
  const fuzzer = new Fuzzer({ target, seed: 1, coverage, onFailure });
  fuzzer.start();
  for (let i = 0; i < rounds; i++) fuzzer.round();
  return failures;
}

const seeds = () => [Buffer.from('Content-Length: 10\r\nVia: a;b="c"\r\n')];
const plain = { name: 'plain', seeds, words: ['"', ';'], maxBytes: 1000 };

test('finds an exception, a result that differs, an input that was changed', () => {
  let calls = 0;
  const check = (input: Buffer) => {
    calls++;
    const text = input.toString('latin1');
    if (text.includes('4294967296')) throw new RangeError('too large');
    if (text.includes('\0')) return calls;
    if (text.includes(';;')) input[0] = 0;
    return text.length;
  };
  const failures = failuresOf({ ...plain, check }, 40);
  assert.ok(failures.includes('too large'), `${failures}`);
  assert.ok(failures.some((text) => text.startsWith('the same input gave something else')));
  assert.ok(failures.some((text) => text.startsWith('the input was changed')));
});

test('finds time that grows with the square of the length', () => {
  const check = (input: Buffer) => {
    let sum = 0;
    for (let i = 0; i < input.length; i++) for (let k = 0; k < input.length; k++) sum += input[k] ?? 0;
    return sum;
  };
  const failures = failuresOf({ ...plain, maxBytes: 4000, seeds: () => [Buffer.alloc(4000)], check }, 0);
  assert.match(failures[0] ?? '', /^4000 bytes took .* ms/);
});

/** Of many seeds some, from everywhere among them: the rest is for `npm run fuzz`. */
function someSeeds(target: FuzzTarget): readonly Buffer[] {
  const all = target.seeds();
  return all.filter((_, i) => i % Math.ceil(all.length / 20) === 0);
}

for (const target of FUZZ_TARGETS) {
  test(`${target.name} holds for some of its seeds and some hundred inputs`, () => {
    assert.deepEqual(failuresOf({ ...target, seeds: () => someSeeds(target) }, 1), []);
  });
}
