import { hashText, mix } from './text-hash.ts';

/** Registers of the sketch: off by about 3 % (1.04 / √1024). */
const REGISTERS = 1024;
/** The constant of HyperLogLog for so many registers (Flajolet, Fusy, Gandouet and Meunier 2007). */
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);
const SEED = 0x2545f491;

export interface DistinctCountState {
  readonly exact: readonly number[];
  readonly registers: Uint8Array;
}

/**
 * How many different things were added: exact up to a limit, beyond it estimated (HyperLogLog), in a kilobyte whatever
 * their number. Unlike `distinct` it has no window and no end.
 */
export class DistinctCount {
  readonly #maxExact: number;
  readonly #exact = new Set<number>();
  readonly #registers = new Uint8Array(REGISTERS);
  /** Until a register changes, which gets the rarer the more there are. */
  #estimated: number | undefined;

  constructor(maxExact: number) {
    this.#maxExact = maxExact;
  }

  get isExact(): boolean {
    return this.#exact.size <= this.#maxExact;
  }

  get count(): number {
    if (this.isExact) return this.#exact.size;
    this.#estimated ??= estimate(this.#registers);
    return Math.max(this.#exact.size, this.#estimated);
  }

  add(thing: string): void {
    const hash = hashText(thing, SEED);
    if (this.isExact) this.#exact.add(hash);
    const scrambled = mix(hash ^ SEED);
    const register = scrambled & (REGISTERS - 1);
    const rank = Math.clz32(scrambled >>> 10) - 9;
    if (rank <= (this.#registers[register] ?? 0)) return;
    this.#registers[register] = rank;
    this.#estimated = undefined;
  }

  state(): DistinctCountState {
    return { exact: [...this.#exact], registers: this.#registers.slice() };
  }

  restore({ exact, registers }: DistinctCountState): void {
    for (const hash of exact) this.#exact.add(hash);
    this.#registers.set(registers);
    this.#estimated = undefined;
  }
}

function estimate(registers: Uint8Array): number {
  let sum = 0;
  let empty = 0;
  for (const rank of registers) {
    sum += 2 ** -rank;
    if (rank === 0) empty++;
  }
  const raw = (ALPHA * REGISTERS * REGISTERS) / sum;
  return Math.round(raw <= 2.5 * REGISTERS && empty > 0 ? REGISTERS * Math.log(REGISTERS / empty) : raw);
}
