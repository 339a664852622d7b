/**
 * Text from outside, safe to show on a terminal: control characters (they move the cursor, change the title, or answer
 * for the operator) and bidirectional overrides (they make text read otherwise than it is) become visible escapes.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** Control, format, surrogate, private-use and unassigned characters, and the line separators. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu;
