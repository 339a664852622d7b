/** The decimal number of 1 to 12 digits at `[from, to)` of `text`, or -1. */
export function parseNumber(text: string, from: number, to: number): number {
  if (to <= from || to - from > 12) return -1;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    // Written so that NaN, past the end of the text, is no digit either.
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}
