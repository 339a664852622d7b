import { hashText } from '../../lib/text-hash.ts';

/** A number of 53 bits that stands for what is shared and what kind of thing it is. */
export function keyOf(kind: string, ...shared: readonly string[]): number {
  const text = `${kind}\n${shared.join('\n')}`;
  return hashText(text, 1) * 2 ** 21 + (hashText(text, 2) >>> 11);
}
