/**
 * Text out of bytes. Input is read as latin1, one JavaScript character a byte: it costs nothing, no byte is lost, and
 * positions are byte positions. Only the few values that are not plain ASCII are decoded as UTF-8, here.
 */

/** The UTF-8 text of the bytes in `raw` (invalid ones become U+FFFD), at most `maxUnits` UTF-16 units of it. */
export function decodeUtf8(raw: string, maxUnits: number): string {
  // A UTF-16 unit takes at most 3 bytes, so bytes past that (and those of a character begun) can go undecoded.
  return cutText(isAscii(raw) ? raw : Buffer.from(raw.slice(0, 3 * maxUnits + 3), 'latin1').toString('utf8'), maxUnits);
}

/** The first `maxUnits` UTF-16 units, without half a surrogate pair at the end. */
export function cutText(text: string, maxUnits: number): string {
  if (text.length <= maxUnits) return text;
  const last = text.charCodeAt(maxUnits - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? maxUnits - 1 : maxUnits);
}

/** Whether no byte is 128 or more. */
function isAscii(raw: string): boolean {
  return !/[\x80-\xff]/.test(raw);
}
