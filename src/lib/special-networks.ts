import type { Address } from './address.ts';
import { Network } from './network.ts';

/** Networks that no stranger on the internet has (RFC 6890 and its registry), and multicast. Documentation ranges, too. */
const SPECIAL = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '::/8',
  '100::/64',
  '2001:db8::/32',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
].flatMap((text) => Network.parse(text) ?? []);

const PRIVATE = ['10.0.0.0/8', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '::1/128', 'fc00::/7'].flatMap(
  (text) => Network.parse(text) ?? [],
);

/** Whether the address can only be of one's own network or host (RFC 1918, RFC 4193). */
export function isPrivate(address: Address): boolean {
  return PRIVATE.some((network) => network.contains(address));
}

/** Whether the address is private, reserved or otherwise not one of the public internet. */
export function isSpecial(address: Address): boolean {
  return SPECIAL.some((network) => network.contains(address));
}

/** Whether a network holds, or lies in, one of those. */
export function touchesSpecial(network: Network): boolean {
  return SPECIAL.some((special) => special.overlaps(network));
}
