import { Address } from './address.ts';

/** A CIDR range (RFC 4632, RFC 4291 section 2.3); a single address is a network of full length. */
export class Network {
  readonly family: 4 | 6;
  /** Prefix length in bits. */
  readonly length: number;
  /** The first address of the range. */
  readonly base: Address;

  private constructor(base: Address, length: number) {
    this.family = base.family;
    this.base = base;
    this.length = length;
  }

  /** The network of `length` bits that holds `address`; host bits are cleared. */
  static of(address: Address, length: number): Network {
    const full = address.family === 4 ? 32 : 128;
    if (!Number.isInteger(length) || length < 0 || length > full) throw new RangeError(`prefix length 0 to ${full}`);
    if (address.family === 4) return new Network(Address.v4(mask(address.low, length)), length);
    const words = [address.high, address.low, address.hostHigh, address.hostLow];
    const [a = 0, b = 0, c = 0, d = 0] = words.map((word, i) => mask(word, within32(length - i * 32)));
    return new Network(Address.v6(a, b, c, d), length);
  }

  static single(address: Address): Network {
    return Network.of(address, address.family === 4 ? 32 : 128);
  }

  /** What is counted and blocked for `address`: itself for IPv4, its /64 for IPv6. */
  static counted(address: Address): Network {
    return Network.of(address, address.family === 4 ? 32 : 64);
  }

  /** `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`; undefined if it is none of these or has host bits set. */
  static parse(text: string): Network | undefined {
    const slash = text.indexOf('/');
    const address = Address.parse(slash < 0 ? text : text.slice(0, slash));
    if (address === undefined) return undefined;
    if (slash < 0) return Network.single(address);
    const digits = text.slice(slash + 1);
    if (!/^\d{1,3}$/.test(digits)) return undefined;
    const mapped = address.family === 4 && text.includes(':');
    const length = Number(digits) - (mapped ? 96 : 0);
    if (length < 0 || length > (address.family === 4 ? 32 : 128)) return undefined;
    const network = Network.of(address, length);
    return network.base.text === address.text ? network : undefined;
  }

  contains(address: Address): boolean {
    const { family, length, base } = this;
    if (address.family !== family) return false;
    if (family === 4) return mask(address.low ^ base.low, length) === 0;
    return (
      mask(address.high ^ base.high, within32(length)) === 0 &&
      mask(address.low ^ base.low, within32(length - 32)) === 0 &&
      mask(address.hostHigh ^ base.hostHigh, within32(length - 64)) === 0 &&
      mask(address.hostLow ^ base.hostLow, within32(length - 96)) === 0
    );
  }

  /** Whether the two ranges share an address. */
  overlaps(other: Network): boolean {
    return this.length <= other.length ? this.contains(other.base) : other.contains(this.base);
  }

  get isSingle(): boolean {
    return this.length === (this.family === 4 ? 32 : 128);
  }

  /** The address alone if single, else CIDR. */
  get text(): string {
    return this.isSingle ? this.base.text : `${this.base.text}/${this.length}`;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

/** How many of so many bits lie in a word of 32. */
function within32(bits: number): number {
  return Math.min(32, Math.max(0, bits));
}

/** Keeps the first `bits` (0 to 32) of a 32-bit word. */
function mask(word: number, bits: number): number {
  return bits === 0 ? 0 : (word & (0xffffffff << (32 - bits))) >>> 0;
}
