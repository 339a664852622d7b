/** Text and numbers from SIP are of any length and size; what is stored is well-formed and fits its column. */
import { createHash } from 'node:crypto';

/**
 * Cut at `characters` and made well-formed: a lone surrogate has no UTF-8 form and becomes U+FFFD. Counted in UTF-16
 * units, of which there are never fewer than the characters a database counts.
 */
export function fit(text: string, characters: number): string {
  return (text.length > characters ? text.slice(0, characters) : text).toWellFormed();
}

/**
 * As `fit`, but different texts stay different, as identities must: one that is too long, or that ends with a blank
 * (MySQL compares without them), ends with its hash instead.
 */
export function fitUnique(text: string, characters: number): string {
  if (text.length <= characters && !text.endsWith(' ')) return text.toWellFormed();
  const hash = createHash('sha256').update(text, 'utf8').digest('hex');
  return `${fit(text, characters - hash.length - 1)}#${hash}`;
}

/** The largest number of an INT column. */
export const MAX_INT = 2 ** 31 - 1;

/** The largest number of seconds that SIP can say (RFC 3261 section 20.19). */
export const MAX_EXPIRES = 2 ** 32 - 1;

/** A whole number that fits its column: an attacker's `Expires: 99999999999` must not stop all that comes after it. */
export function fitNumber(value: number, max: number = MAX_INT): number {
  return Math.min(Math.max(Math.trunc(value), -1), max);
}

/** The last time that every database can hold. */
export const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** ISO 8601 in UTC with milliseconds, from 1970 to 9999. */
export function isoTime(ms: number): string {
  return new Date(Math.min(Math.max(ms, 0), LAST_TIME)).toISOString();
}
