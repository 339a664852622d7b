/** Text of attackers is kept at most this many UTF-16 units long; longer values are cut where they enter. */
export const MAX_TEXT = 1024;

/**
 * The part `[from, to)` of `text`, at most `MAX_TEXT` long. V8 lets a slice hold on to the string it is cut from, so a
 * few bytes kept in a table could keep a whole message: what is cut from a long text is copied.
 */
export function excerpt(text: string, from: number, to: number): string {
  if (text.length <= MAX_TEXT) return text.slice(from, to);
  return Buffer.from(text.slice(from, Math.min(to, from + MAX_TEXT))).toString();
}

/** Bytes `[from, to)` as UTF-8 of any length, invalid bytes as U+FFFD. */
export function decodeUtf8(bytes: Buffer, from: number, to: number): string {
  return bytes.toString('utf8', from, to);
}

/** As `decodeUtf8`, at most `MAX_TEXT` long. A UTF-16 unit needs at most 3 bytes, so no more are looked at. */
export function decodeText(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, Math.min(to, from + 3 * MAX_TEXT));
  return text.length <= MAX_TEXT ? text : excerpt(text, 0, MAX_TEXT);
}
