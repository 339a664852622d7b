import type { Network } from '../lib/network.ts';
import { OperationError } from './operation-error.ts';

/**
 * Prefix lengths that an operator may name without and with `force`. A typed slip (/1 for /17) must not lock out, or let
 * in, a part of the internet: a /16 is the largest network one provider usually is, a /8 the largest ever assigned.
 */
const USUAL = { 4: 16, 6: 32 } as const;
const FORCED = { 4: 8, 6: 16 } as const;

/** Why `network` is too wide to be named, or undefined if it is not. */
export function widthProblem(network: Network, force: boolean): string | undefined {
  const { family, length } = network;
  if (length >= USUAL[family] || (force && length >= FORCED[family])) return undefined;
  const limit = force ? FORCED[family] : USUAL[family];
  const way = length >= FORCED[family] ? '; use force (--force) if it is meant' : '';
  return `expected an IPv${family} network of /${limit} or narrower, got "${network.text}"${way}`;
}

/** @throws OperationError `refused` if `network` is too wide */
export function checkWidth(network: Network, force: boolean, field: string): void {
  const message = widthProblem(network, force);
  if (message !== undefined) throw new OperationError('refused', [{ field, message }]);
}
