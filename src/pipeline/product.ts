/**
 * The product in a user agent, without its version: what stands before the first number with a dot, such as
 * `Yealink SIP-T46U` in `Yealink SIP-T46U 108.86.0.20`. All of it if there is no such number, or it comes first. Linear in its length.
 */
export function productOf(userAgent: string): string {
  let from = -1;
  for (let at = 0; at < userAgent.length; at++) {
    const char = userAgent.charCodeAt(at);
    if (isDigit(char)) {
      if (from < 0) from = at;
    } else if (char === DOT && from >= 0 && isDigit(userAgent.charCodeAt(at + 1))) {
      return from === 0 ? userAgent : withoutSeparator(userAgent, from);
    } else {
      from = -1;
    }
  }
  return userAgent;
}

const DOT = 46;

/** Before a version stand a blank, a slash, a hyphen, and often a v. */
function withoutSeparator(userAgent: string, end: number): string {
  let to = end;
  if (to > 1 && /[vV]/.test(userAgent[to - 1] ?? '') && /[ /_-]/.test(userAgent[to - 2] ?? '')) to--;
  while (to > 0 && /[ /_-]/.test(userAgent[to - 1] ?? '')) to--;
  return userAgent.slice(0, to);
}

/** Also of NaN, past the end. */
function isDigit(char: number): boolean {
  return char >= 48 && char <= 57;
}
