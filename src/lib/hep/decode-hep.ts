import { decodeHep3, isHep3 } from './decode-hep3.ts';
import { decodeHep12, isHep12 } from './decode-hep12.ts';
import type { HepFault, HepPacket } from './hep-packet.ts';

/** A HEP packet of version 1, 2 or 3, or what is wrong with it. Never throws. */
export function decodeHep(bytes: Buffer): HepPacket | HepFault {
  if (isHep3(bytes)) return decodeHep3(bytes);
  return isHep12(bytes) ? decodeHep12(bytes) : 'not-hep';
}
