/** Where the actors of the scenarios are: no real country has their addresses. */
import { Network } from '../../src/lib/network.ts';
import { NetworkSet } from '../../src/lib/network-set.ts';
import { type Geography, NO_GEOGRAPHY } from '../../src/pipeline/intel.ts';

const countries = new NetworkSet<string>();
for (const [text, country] of [
  ['192.0.2.0/24', 'DE'],
  ['198.51.100.0/24', 'DE'],
  ['203.0.113.0/24', 'BR'],
  ['198.18.1.0/24', 'FR'],
  ['198.18.2.0/24', 'ES'],
  ['198.18.3.0/24', 'US'],
  ['198.18.4.0/24', 'JP'],
] as const) {
  const network = Network.parse(text);
  if (network === undefined) throw new TypeError(`${text} is no network`);
  countries.set(network, country);
}

export const WORLD: Geography = { ...NO_GEOGRAPHY, country: (address) => countries.match(address)?.value };
