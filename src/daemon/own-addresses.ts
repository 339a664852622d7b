import { networkInterfaces } from 'node:os';
import { Address } from '../lib/address.ts';
import { Network } from '../lib/network.ts';

const LOOPBACK = ['127.0.0.1', '::1'];

/**
 * Addresses of this host, which are never blocked: those of its interfaces, 127.0.0.1 and ::1. Not all of 127/8: a
 * scanner bound to 127.0.0.66 on the same machine stands for a stranger in a trial.
 */
export function ownAddresses(): readonly Network[] {
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return networksOf(new Set([...LOOPBACK, ...found.map(({ address }) => address)]));
}

/** 127.0.0.1 and ::1, which are the host's own wherever a recording was made. */
export function loopback(): readonly Network[] {
  return networksOf(LOOPBACK);
}

function networksOf(texts: Iterable<string>): readonly Network[] {
  return [...texts]
    .map((text) => Address.parse(text))
    .filter((address) => address !== undefined)
    .map((address) => Network.single(address));
}
