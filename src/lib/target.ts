import { Flow } from './flow.ts';
import { Network } from './network.ts';

/** What a block keeps out: an address or network with all that comes from there, or a single flow. */
export type Target = Network | Flow;

/** What `text` of either gave; undefined if it is neither. */
export function parseTarget(text: string): Target | undefined {
  return Network.parse(text) ?? Flow.parse(text);
}

/** The addresses that a block of it is about: for a flow the one it comes from. */
export function networkOf(target: Target): Network {
  return target instanceof Flow ? Network.single(target.address) : target;
}

/** For people: `203.0.113.7`, `UDP port 5071 of 203.0.113.7`. */
export function targetWords(target: Target): string {
  if (!(target instanceof Flow)) return target.text;
  return `${target.protocol.toUpperCase()} port ${target.port} of ${target.address.text}`;
}

/** The same of its text, which stays as it is if it is none. */
export function wordsOf(text: string): string {
  const flow = Flow.parse(text);
  return flow === undefined ? text : targetWords(flow);
}
