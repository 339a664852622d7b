/**
 * Text out of bytes. Input is read as latin1, one JavaScript character a byte: it costs nothing, no byte is lost, and
 * positions are byte positions. Only the few values that are not plain ASCII are decoded as UTF-8, here.
 */

/** The UTF-8 text of the bytes in `raw` (invalid ones become U+FFFD), at most `maxUnits` UTF-16 units of it. */
export function decodeUtf8(raw: string, maxUnits: number): string {
  // A UTF-16 unit takes at most 3 bytes, so bytes past that (and those of a character begun) can go undecoded.
  return cutText(isAscii(raw) ? raw : Buffer.from(raw.slice(0, 3 * maxUnits + 3), 'latin1').toString('utf8'), maxUnits);
}

/**
 * The text of `[from, to)` of `raw` after undoing percent-encoding (RFC 3986 section 2.1), as UTF-8. A `%` without two
 * hex digits stands for itself. At most `maxUnits` (up to 1024) UTF-16 units.
 */
export function decodePercent(raw: string, from: number, to: number, maxUnits: number): string {
  let length = 0;
  let bits = 0;
  for (let at = from; at < to && length < decoded.length; at++) {
    let byte = raw.charCodeAt(at);
    if (byte === 37 && at + 2 < to) {
      const escaped = hexDigit(raw.charCodeAt(at + 1)) * 16 + hexDigit(raw.charCodeAt(at + 2));
      if (escaped >= 0) {
        byte = escaped;
        at += 2;
      }
    }
    decoded[length++] = byte;
    bits |= byte;
  }
  return cutText(decoded.toString(bits < 128 ? 'latin1' : 'utf8', 0, length), maxUnits);
}

/** Scratch space of `decodePercent`: the bytes of 1024 UTF-16 units, 3 each at most, and those of a character begun. */
const decoded = Buffer.alloc(3 * 1024 + 3);

/** The UTF-8 text of the bytes that `raw` holds between `from` and `to` in base64 (RFC 4648 section 4). */
export function decodeBase64(raw: string, from: number, to: number, maxUnits: number): string {
  // 3 bytes, the most a UTF-16 unit takes, are 4 characters.
  const encoded = raw.slice(from, Math.min(to, from + 4 * maxUnits));
  return cutText(Buffer.from(encoded, 'base64').toString('utf8'), maxUnits);
}

/** The first `maxUnits` UTF-16 units, without half a surrogate pair at the end. */
export function cutText(text: string, maxUnits: number): string {
  if (text.length <= maxUnits) return text;
  const last = text.charCodeAt(maxUnits - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? maxUnits - 1 : maxUnits);
}

/** Whether no byte is 128 or more. */
export function isAscii(raw: string): boolean {
  return !/[\x80-\xff]/.test(raw);
}

/** 0 to 15, or so far below zero that no sum with another digit is a byte. */
function hexDigit(code: number): number {
  return HEX_DIGITS[code & 255] ?? -1000;
}

const HEX_DIGITS = Int16Array.from({ length: 256 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase());
  return digit < 0 ? -1000 : digit;
});
