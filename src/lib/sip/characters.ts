/** Bytes that delimit SIP, and the classes of RFC 3261 section 25.1 the parser asks for. */
export const TAB = 9;
export const LF = 10;
export const CR = 13;
export const SPACE = 32;
export const QUOTE = 34;
export const COMMA = 44;
export const COLON = 58;
export const SEMICOLON = 59;
export const EQUALS = 61;
export const QUESTION = 63;
export const LESS = 60;
export const BACKSLASH = 92;

const TOKEN = new Uint8Array(256);
for (const char of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~") {
  TOKEN[char.charCodeAt(0)] = 1;
}

/** Of a `token`: method, header name, parameter name. */
export function isToken(byte: number): boolean {
  return TOKEN[byte] === 1;
}

export function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** The line feed at or after `at`, or the end of the bytes. */
export function findLineEnd(bytes: Buffer, at: number): number {
  const length = bytes.length; // read in each round it would double the time
  const near = Math.min(length, at + NEAR);
  for (let i = at; i < near; i++) if (bytes[i] === LF) return i;
  const far = near < length ? bytes.indexOf(LF, near) : -1;
  return far < 0 ? length : far;
}

/** Up to here a loop is quicker than a call out of JavaScript. */
const NEAR = 48;

/** Past the blanks at `at` of `text`. */
export function skipBlanks(text: string, at: number): number {
  let i = at;
  while (i < text.length && isBlank(text.charCodeAt(i))) i++;
  return i;
}

/** The end of `[from, to)` of `text` without the blanks before it. */
export function trimEnd(text: string, from: number, to: number): number {
  let i = to;
  while (i > from && isBlank(text.charCodeAt(i - 1))) i--;
  return i;
}

/** Past the quoted string that opens at `at`, or -1 if it never closes. Backslash quotes one character. */
export function skipQuoted(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === QUOTE) return i + 1;
    if (char === BACKSLASH) i++;
  }
  return -1;
}

/** What a quoted string (with its quotes) says. */
export function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1);
  return inner.includes('\\') ? inner.replace(/\\([\s\S])/g, '$1') : inner;
}

/** A whole number of `text` no greater than `max`; -1 if it is none. */
export function parseCount(text: string, max: number): number {
  if (text.length === 0 || text.length > 20) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value <= max ? value : -1;
}

/** As `toLowerCase`, ten times as quick where there is nothing to do, which is nearly always. */
export function lowerCase(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if ((char >= 65 && char <= 90) || char > 127) return text.toLowerCase();
  }
  return text;
}

/** As `lowerCase`, the other way. */
export function upperCase(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if ((char >= 97 && char <= 122) || char > 127) return text.toUpperCase();
  }
  return text;
}
