import assert from 'node:assert/strict';

/**
 * Fails if `work` on eight times the input takes far more than eight times as long: a guard against quadratic parsers,
 * not a measurement. The best of several runs each, so that a busy machine does not matter.
 *
 * @param work does its work on an input of the given length, prepared outside the timing
 */
export function assertLinear<T>(
  what: string,
  prepare: (length: number) => T,
  work: (input: T) => void,
  length = 200_000,
): void {
  const small = best(prepare(length), work);
  const large = best(prepare(length * 8), work);
  // Quadratic would be 64 times; half a millisecond is the floor of what can be told apart.
  assert.ok(
    large < 40 * Math.max(small, 0.5),
    `${what}: ${small.toFixed(2)} ms, eight times longer ${large.toFixed(2)} ms`,
  );
}

function best<T>(input: T, work: (input: T) => void): number {
  const times = Array.from({ length: 5 }, () => {
    const started = performance.now();
    work(input);
    return performance.now() - started;
  });
  return Math.min(...times);
}
