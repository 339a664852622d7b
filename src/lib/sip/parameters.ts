import { excerpt } from '../text.ts';
import { EQUALS, QUOTE, skipBlanks, skipQuoted, trimEnd, unquote } from './characters.ts';

/**
 * The value of `name` (lower case) in `;name=value;flag…` that begins at `from`: text without quotes, '' for a flag
 * without a value, undefined if it is not there. By position: what stands inside a quoted string is never taken for a parameter.
 */
export function parameter(text: string, from: number, name: string): string | undefined {
  return findParameter(text, from, name, ';');
}

/** As `parameter`, for the comma-separated `name=value` of credentials and challenges. */
export function authParameter(text: string, from: number, name: string): string | undefined {
  return findParameter(text, from, name, ',');
}

function findParameter(text: string, from: number, name: string, separator: string): string | undefined {
  let quote = text.indexOf('"', from);
  for (let start = from; start < text.length; ) {
    let end = text.indexOf(separator, start);
    if (end < 0) end = text.length;
    if (quote >= 0 && quote < end) {
      end = itemEnd(text, quote, separator.charCodeAt(0));
      quote = text.indexOf('"', end);
    }
    const nameStart = skipBlanks(text, start);
    if (hasName(text, nameStart, end, name)) return parameterValue(text, nameStart + name.length, end);
    start = end + 1;
  }
  return undefined;
}

/** Where the item at `at` ends: at the next separator outside a quoted string. A string that never closes has the rest. */
export function itemEnd(text: string, at: number, separator: number): number {
  let i = at;
  while (i < text.length) {
    const char = text.charCodeAt(i);
    if (char === separator) return i;
    i = char === QUOTE ? skipQuoted(text, i) : i + 1;
    if (i < 0) return text.length;
  }
  return i;
}

/** Whether the item is `name`, in any case, followed by nothing, a blank or `=`. */
function hasName(text: string, start: number, end: number, name: string): boolean {
  if (end - start < name.length) return false;
  for (let i = 0; i < name.length; i++) {
    if ((text.charCodeAt(start + i) | 0x20) !== name.charCodeAt(i)) return false;
  }
  const after = skipBlanks(text, start + name.length);
  return after >= end || text.charCodeAt(after) === EQUALS;
}

function parameterValue(text: string, nameEnd: number, end: number): string {
  const sign = skipBlanks(text, nameEnd);
  if (sign >= end) return '';
  const from = skipBlanks(text, sign + 1);
  const to = trimEnd(text, from, end);
  const quoted = to - from >= 2 && text.charCodeAt(from) === QUOTE && text.charCodeAt(to - 1) === QUOTE;
  return quoted ? unquote(excerpt(text, from, to)) : excerpt(text, from, to);
}
