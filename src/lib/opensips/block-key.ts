import { Address } from '../address.ts';
import { Flow } from '../flow.ts';
import { Network } from '../network.ts';
import { parseTarget, type Target } from '../target.ts';

/**
 * How blocks are named in OpenSIPS' memory. What is looked up for every request is the first 8 bytes of its source in
 * hexadecimal (`$(si{ip.pton}{s.encode.hexa}{s.substr,0,16})`): all of an IPv4 address, the /64 of an IPv6 address.
 * Other networks, and flows, are found through a table that gives their text, which then is the key.
 */
export function blockKey(target: Target): string {
  if (!isCounted(target)) return target.text;
  const { family, high, low } = target.base;
  return family === 4 ? hex(low) : hex(high) + hex(low);
}

/** Whether a source address leads to the key directly. */
export function isCounted(target: Target): target is Network {
  return !(target instanceof Flow) && target.length === (target.family === 4 ? 32 : 64);
}

/** The target of a key, undefined if it is no key of a block. */
export function blockTarget(key: string): Target | undefined {
  if (/^[0-9a-f]{8}$/.test(key)) return Network.single(Address.v4(Number.parseInt(key, 16)));
  if (/^[0-9a-f]{16}$/.test(key)) {
    const [high, low] = [key.slice(0, 8), key.slice(8)].map((word) => Number.parseInt(word, 16)) as [number, number];
    return Network.of(Address.v6(high, low, 0, 0), 64);
  }
  return parseTarget(key);
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
