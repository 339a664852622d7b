/** Text from SIP is of any characters and any length; what is stored is well-formed and fits its column. */
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
