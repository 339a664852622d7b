/**
 * Addresses as 16 bytes in network order (IPv4 as `::ffff:a.b.c.d`), which sort as numbers, so that a network is a range
 * of keys. The same bytes as `INET6_ATON('::ffff:192.0.2.1')` in MySQL.
 */
import type { Address } from '../lib/address.ts';
import { Network } from '../lib/network.ts';

export function addressKey(address: Address): Buffer {
  const key = Buffer.alloc(16);
  if (address.family === 4) {
    key.writeUInt16BE(0xffff, 10);
    key.writeUInt32BE(address.low, 12);
    return key;
  }
  key.writeUInt32BE(address.high, 0);
  key.writeUInt32BE(address.low, 4);
  key.writeUInt32BE(address.hostHigh, 8);
  key.writeUInt32BE(address.hostLow, 12);
  return key;
}

/** The first key after those of IPv4. */
const AFTER_V4 = Buffer.from('00000000000000000001000000000000', 'hex');

/**
 * First and last key of a network. Of `::/0` and the few other IPv6 networks around the keys of IPv4 only what lies
 * above them counts: nothing below ever sends a packet from afar.
 */
export function networkKeys(network: Network): readonly [Buffer, Buffer] {
  const first = addressKey(network.base);
  const last = Buffer.from(first);
  const bits = network.family === 4 ? 96 + network.length : network.length;
  for (let byte = 0; byte < 16; byte++) {
    const kept = Math.min(8, Math.max(0, bits - byte * 8));
    last[byte] = (last[byte] ?? 0) | (0xff >> kept);
  }
  const aroundV4 = network.family === 6 && first.compare(AFTER_V4) < 0 && last.compare(AFTER_V4) > 0;
  return [aroundV4 ? AFTER_V4 : first, last];
}

/** The key of the first address of what `text` names, an address or a network; undefined if it names neither. */
export function keyOf(text: string): Buffer | undefined {
  const network = Network.parse(text);
  return network === undefined ? undefined : addressKey(network.base);
}

/** All networks that hold the whole of `network`, itself included, as stored text. */
export function enclosing(network: Network): readonly string[] {
  return Array.from({ length: network.length + 1 }, (_, length) => Network.of(network.base, length).text);
}
