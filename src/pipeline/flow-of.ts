import { Flow } from '../lib/flow.ts';
import type { Signal } from './signal.ts';

/** The flow that the request came in; undefined if the input does not tell its port or transport. */
export function flowOf({ address, port, transport }: Pick<Signal, 'address' | 'port' | 'transport'>): Flow | undefined {
  if (port <= 0 || port > 65_535 || transport === 'unknown') return undefined;
  return new Flow(address, port, transport === 'udp' ? 'udp' : 'tcp');
}
