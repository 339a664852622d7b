import type { EventType } from '../../src/pipeline/finding.ts';
import type { Signal } from '../../src/pipeline/signal.ts';
import type { Random } from '../support/random.ts';

/** What happens in a scenario, and what has to come of it. */
export interface Play {
  /** In the order of time. */
  readonly signals: readonly Signal[];
  /** Who attacks, as counted (IPv6: any address of the /64). */
  readonly attackers: readonly string[];
  /** When the attack begins, if the attackers' addresses are honest before; ms since the epoch. */
  readonly attackFrom?: number;
  /** Flows of the attackers that must be blocked, each after a few requests. */
  readonly stopped?: readonly string[];
  /** Addresses, and flows, that must never be blocked, whatever happens. */
  readonly unharmed: readonly string[];
}

export interface Scenario {
  readonly name: string;
  /** One sentence: who does what, how often. */
  readonly story: string;
  /** Findings of these types name the attack rightly; of a harmless scenario, what may be said of it. */
  readonly types: readonly EventType[];
  /** YAML; absent: every default. */
  readonly config?: string;
  play(random: Random): Play;
}

/** Merges what several actors do into one stream. */
export function inOrder(...actors: readonly (readonly Signal[])[]): Signal[] {
  return actors.flat().sort((a, b) => a.at - b.at);
}
