import assert from 'node:assert/strict';
import { Random } from '../support/random.ts';
import type { Coverage } from './coverage.ts';
import { mutate } from './mutate.ts';
import type { FuzzTarget } from './target.ts';

/** Asking what ran costs more than many inputs, so it is asked once for so many. */
const BATCH = 256;
/** Inputs to breed from. */
const MAX_KEPT = 4000;
/** What one input may take of the processor: a floor, and so much for each byte. Quadratic would be a thousand times that. */
const MAX_MS = 10;
const MAX_MS_PER_KB = 5;

const MAX_FAILURES = 100;

/** An input for which something does not hold. */
export interface FuzzFailure {
  readonly input: Buffer;
  readonly error: Error;
}

export interface FuzzerOptions {
  readonly target: FuzzTarget;
  readonly seed: number;
  readonly coverage: Coverage;
  /** Told the first failure of each kind. @param number counts up from 0 */
  readonly onFailure: (failure: FuzzFailure, number: number) => void;
}

/**
 * Breeds inputs for one target: mutations of the seeds and of whatever reached code that no input had reached before.
 * The same seed gives the same inputs.
 */
export class Fuzzer {
  readonly target: FuzzTarget;
  readonly #onFailure: FuzzerOptions['onFailure'];
  readonly #random: Random;
  readonly #coverage: Coverage;
  readonly #inputs: Buffer[];
  /** Of failures. */
  readonly #kinds = new Set<string>();
  #executions = 0;
  #slowestMsPerKb = 0;

  constructor({ target, seed, coverage, onFailure }: FuzzerOptions) {
    this.target = target;
    this.#onFailure = onFailure;
    this.#random = new Random(seed);
    this.#coverage = coverage;
    this.#inputs = [...target.seeds()];
  }

  get executions(): number {
    return this.#executions;
  }

  /** Inputs to breed from. */
  get inputs(): number {
    return this.#inputs.length;
  }

  /** How many kinds of failure there were. */
  get failures(): number {
    return this.#kinds.size;
  }

  get slowestMsPerKb(): number {
    return this.#slowestMsPerKb;
  }

  /** Feeds the seeds as they are. */
  start(): void {
    for (const input of this.#inputs) this.#feed(input);
    this.#coverage.isNew(true);
  }

  /** Feeds some new inputs, and keeps those that reached something new. */
  round(): void {
    const inputs = Array.from({ length: BATCH }, () => this.#breed());
    this.#coverage.reset();
    for (const input of inputs) this.#feed(input);
    if (this.#coverage.isNew(false)) this.#keepNew(inputs);
  }

  #breed(): Buffer {
    const random = this.#random;
    const pick = () => this.#inputs[random.between(0, this.#inputs.length)] ?? Buffer.alloc(0);
    // What came last reached what is least known.
    const recent = this.#inputs[Math.max(0, this.#inputs.length - random.between(1, 30))];
    const parent = random.chance(0.3) && recent !== undefined ? recent : pick();
    return mutate(parent, { random, words: this.target.words, other: pick() }, this.target.maxBytes);
  }

  /** Halves what reached something new until it is found. Counting which blocks ran is what costs most here. */
  #keepNew(inputs: readonly Buffer[]): void {
    const [only] = inputs;
    if (only !== undefined && inputs.length === 1) {
      this.#coverage.reset();
      this.#feed(only);
      if (this.#coverage.isNew(true) && this.#inputs.length < MAX_KEPT) this.#inputs.push(only);
      return;
    }
    const middle = inputs.length >> 1;
    for (const half of [inputs.slice(0, middle), inputs.slice(middle)]) {
      this.#coverage.reset();
      for (const input of half) this.#feed(input);
      if (this.#coverage.isNew(false)) this.#keepNew(half);
    }
  }

  #feed(input: Buffer): void {
    this.#executions++;
    try {
      const before = Buffer.from(input);
      const first = this.#timed(input);
      assert.ok(input.equals(before), 'the input was changed');
      assert.equal(JSON.stringify(this.target.check(input)), first, 'the same input gave something else');
    } catch (error) {
      this.#fail(input, error as Error);
    }
  }

  /** Time of this thread alone, so that it does not matter what else the machine does. A pause to collect garbage may. */
  #timed(input: Buffer): string {
    const allowed = MAX_MS + (MAX_MS_PER_KB * input.length) / 1000;
    let [result, ms] = timeOf(() => this.target.check(input));
    for (let again = 0; ms > allowed && again < 5; again++) [result, ms] = timeOf(() => this.target.check(input));
    assert.ok(
      ms <= allowed,
      `${input.length} bytes took ${ms.toFixed(1)} ms, at most ${allowed.toFixed(1)} are allowed`,
    );
    if (input.length > 2000) this.#slowestMsPerKb = Math.max(this.#slowestMsPerKb, (ms * 1000) / input.length);
    return JSON.stringify(result);
  }

  /** One of each kind is enough. */
  #fail(input: Buffer, error: Error): void {
    const place = error.stack?.split('\n').find((line) => line.includes(' at '));
    const kind = `${error.message.replaceAll(/\d+/g, '#').slice(0, 60)} ${place}`;
    if (this.#kinds.has(kind) || this.#kinds.size >= MAX_FAILURES) return;
    this.#onFailure({ input: Buffer.from(input), error }, this.#kinds.size);
    this.#kinds.add(kind);
  }
}

function timeOf<T>(work: () => T): [T, number] {
  const started = process.threadCpuUsage();
  const result = work();
  const { user, system } = process.threadCpuUsage(started);
  return [result, (user + system) / 1000];
}
