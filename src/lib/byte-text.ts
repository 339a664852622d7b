/**
 * Text out of bytes. Input is read as latin1, one JavaScript character a byte: it costs nothing, no byte is lost, and
 * positions are byte positions. Only the few values that are not plain ASCII are decoded as UTF-8, here.
 */

/** The UTF-8 text of the bytes in `raw` (invalid ones become U+FFFD), at most `maxUnits` UTF-16 units of it. */
export function decodeUtf8(raw: string, maxUnits: number): string {
  // A UTF-16 unit takes at most 3 bytes, so bytes past that can be dropped undecoded.
  return cutText(isAscii(raw) ? raw : Buffer.from(raw.slice(0, 3 * maxUnits), 'latin1').toString('utf8'), maxUnits);
}

/** As `decodeUtf8`, after undoing percent-encoding (RFC 3986 section 2.1). A `%` without two hex digits stands for itself. */
export function decodePercent(raw: string, maxUnits: number): string {
  const encoded = raw.length > 9 * maxUnits ? raw.slice(0, 9 * maxUnits) : raw;
  let bytes = '';
  let from = 0;
  for (let at = encoded.indexOf('%'); at >= 0; at = encoded.indexOf('%', at)) {
    const byte = hexDigit(encoded.charCodeAt(at + 1)) * 16 + hexDigit(encoded.charCodeAt(at + 2));
    if (byte >= 0) {
      bytes += encoded.slice(from, at) + String.fromCharCode(byte);
      from = at + 3;
    }
    at = byte >= 0 ? from : at + 1;
  }
  return decodeUtf8(bytes + encoded.slice(from), maxUnits);
}

/** The first `maxUnits` UTF-16 units, without half a surrogate pair at the end. */
export function cutText(text: string, maxUnits: number): string {
  if (text.length <= maxUnits) return text;
  const last = text.charCodeAt(maxUnits - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? maxUnits - 1 : maxUnits);
}

function isAscii(raw: string): boolean {
  for (let at = 0; at < raw.length; at++) if (raw.charCodeAt(at) > 127) return false;
  return true;
}

/** 0 to 15, or so far below zero that no sum with another digit is a byte. */
function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1000;
}
