import { Reader } from 'maxmind';
import { Address } from '../../lib/address.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';

/** Records kept decoded: all countries and far more cities than attack at a time. */
const MAX_DECODED = 20_000;

/** An MMDB file of which one kind of fact is wanted. */
export class Mmdb<T> {
  readonly #reader: Reader<Record<string, never>>;
  readonly #factOf: (record: unknown) => T | undefined;

  /**
   * @param what what it should hold, for the message
   * @throws if it is no MMDB file, is cut short, or holds no such fact
   */
  constructor(contents: Buffer, factOf: (record: unknown) => T | undefined, what: string) {
    this.#factOf = factOf;
    this.#reader = readerOf(contents);
    if (!this.#holdsAny()) throw new Error(`expected an MMDB file with ${what}, this one has none`);
  }

  /** When its maker wrote it, ms since the epoch; undefined if it does not say. */
  get builtAt(): number | undefined {
    const at = this.#reader.metadata.buildEpoch.getTime();
    return at > 0 ? at : undefined;
  }

  find(address: Address): T | undefined {
    try {
      return this.#factOf(this.#reader.get(address.text));
    } catch {
      // A damaged place deep in the file. It must not stop detection: whoever it is about is nowhere.
      return undefined;
    }
  }

  /** Looked for in each IPv4 /16 and IPv6 /16, so that a file of another kind is known at once. */
  #holdsAny(): boolean {
    for (let i = 0; i < 0x10000; i++) {
      const scattered = Math.imul(i, 0x9e37) & 0xffff;
      if (this.find(Address.v4((scattered << 16) | 1)) !== undefined) return true;
    }
    for (let i = 0x2000; this.#reader.metadata.ipVersion === 6 && i < 0x4000; i++) {
      if (this.find(Address.v6(i << 16, 0, 0, 1)) !== undefined) return true;
    }
    return false;
  }
}

function readerOf(contents: Buffer): Reader<Record<string, never>> {
  let reader: Reader<Record<string, never>>;
  try {
    reader = new Reader(contents, { cache: new BoundedMap(MAX_DECODED) });
  } catch (error) {
    throw new Error('expected an MMDB file', { cause: error });
  }
  // A file that was cut short or written over has lost its tree, or a part of it.
  if (reader.metadata.searchTreeSize >= contents.length) throw new Error('the file is cut short');
  return reader;
}
