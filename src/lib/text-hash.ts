/**
 * A 32-bit hash of a text, for keys of bounded tables and small sets: FNV-1a over UTF-16 units with the finaliser of
 * MurmurHash3, so that all bits depend on all characters.
 *
 * @param seed different seeds give independent hashes
 */
export function hashText(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** Scrambles a 32-bit number; equal numbers stay equal, different ones different. */
export function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
