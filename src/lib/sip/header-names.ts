/** Headers the index knows by number; a compact form is the long one (RFC 3261 section 7.3.3). Others are found by name. */
export const HEADER_NAMES = [
  'via',
  'from',
  'to',
  'call-id',
  'cseq',
  'max-forwards',
  'user-agent',
  'server',
  'expires',
  'contact',
  'authorization',
  'proxy-authorization',
  'www-authenticate',
  'proxy-authenticate',
  'content-length',
  'content-type',
] as const;
export type HeaderName = (typeof HEADER_NAMES)[number];

const COMPACT: Readonly<Record<string, HeaderName>> = {
  v: 'via',
  f: 'from',
  t: 'to',
  i: 'call-id',
  m: 'contact',
  l: 'content-length',
  c: 'content-type',
};

/** The number of a header no name of ours. */
export const UNKNOWN_HEADER = 0;

const NUMBERS = new Map<string, number>(HEADER_NAMES.map((name, index) => [name, index + 1]));

/** The number of a header, never `UNKNOWN_HEADER`. */
export function headerNumber(name: HeaderName): number {
  return NUMBERS.get(name) ?? UNKNOWN_HEADER;
}

/** Length, first and last letter tell all known names apart; the candidate is then compared letter by letter. */
const MAX_NAME = 31;
const CANDIDATES = new Uint8Array((MAX_NAME + 1) << 10);
const SPELLINGS: Uint8Array[] = [new Uint8Array()];
const SPELLING_NUMBERS: number[] = [UNKNOWN_HEADER];
for (const [spelling, name] of [...HEADER_NAMES.map((name) => [name, name] as const), ...Object.entries(COMPACT)]) {
  const letters = new Uint8Array(Buffer.from(spelling));
  CANDIDATES[slot(letters.length, letters[0] ?? 0, letters.at(-1) ?? 0)] = SPELLINGS.length;
  SPELLINGS.push(letters);
  SPELLING_NUMBERS.push(headerNumber(name as HeaderName));
}

function slot(length: number, first: number, last: number): number {
  return (length << 10) | ((first & 31) << 5) | (last & 31);
}

/** The number of the header whose name (of token characters) is at `[from, to)`, in any case; `UNKNOWN_HEADER` if none. */
export function lookUpHeader(bytes: Uint8Array, from: number, to: number): number {
  const length = to - from;
  if (length > MAX_NAME) return UNKNOWN_HEADER;
  const candidate = CANDIDATES[slot(length, bytes[from] as number, bytes[to - 1] as number)] as number;
  const letters = SPELLINGS[candidate] as Uint8Array;
  if (letters.length !== length) return UNKNOWN_HEADER;
  for (let i = 0; i < length; i++) {
    if (((bytes[from + i] as number) | 0x20) !== letters[i]) return UNKNOWN_HEADER;
  }
  return SPELLING_NUMBERS[candidate] as number;
}
