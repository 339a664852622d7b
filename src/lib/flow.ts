import { Address } from './address.ts';

/** TLS and WebSocket run over TCP. */
export type Protocol = 'udp' | 'tcp';

/**
 * What one socket sends: an address, a source port, and UDP or TCP. Behind NAT many share an address, but each socket of
 * theirs has a port of its own there for as long as it is in use (RFC 4787 section 4.2.1, RFC 5382 section 7.1).
 */
export class Flow {
  readonly address: Address;
  readonly port: number;
  readonly protocol: Protocol;

  /** @param port 1 to 65535 */
  constructor(address: Address, port: number, protocol: Protocol) {
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new RangeError(`port 1 to 65535, got ${port}`);
    this.address = address;
    this.port = port;
    this.protocol = protocol;
  }

  /** `udp:192.0.2.1:5071`, `tcp:[2001:db8::1]:5061`; undefined if it is none. */
  static parse(text: string): Flow | undefined {
    const [, protocol, host = '', digits] = /^(udp|tcp):([\d.]+|\[[^\]]+\]):([1-9]\d{0,4})$/.exec(text) ?? [];
    const address = Address.parse(host);
    const port = Number(digits);
    return address === undefined || !(port <= 65_535) ? undefined : new Flow(address, port, protocol as Protocol);
  }

  /** Canonical text, as `parse` takes it. */
  get text(): string {
    const host = this.address.family === 4 ? this.address.text : `[${this.address.text}]`;
    return `${this.protocol}:${host}:${this.port}`;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}
