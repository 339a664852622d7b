import { excerpt } from '../text.ts';
import { COMMA, LESS, QUOTE, SEMICOLON, skipBlanks, skipQuoted, trimEnd, unquote } from './characters.ts';
import { parameter } from './parameters.ts';
import { parseUri, type SipUri } from './uri.ts';

/** The value of From, To or Contact: `"Display" <uri>;parameters` or `uri;parameters` (RFC 3261 section 20.10). */
export class NameAddr {
  readonly #text: string;
  readonly #nameEnd: number;
  readonly #uriStart: number;
  readonly #uriEnd: number;
  readonly #parametersAt: number;

  private constructor(text: string, nameEnd: number, uriStart: number, uriEnd: number, parametersAt: number) {
    this.#text = text;
    this.#nameEnd = nameEnd;
    this.#uriStart = uriStart;
    this.#uriEnd = uriEnd;
    this.#parametersAt = parametersAt;
  }

  /** Undefined if a quote or bracket does not close or anything but parameters follows. */
  static parse(text: string): NameAddr | undefined {
    const start = skipBlanks(text, 0);
    if (text.charCodeAt(start) !== QUOTE) {
      const bracket = text.indexOf('<', start);
      return bracket < 0 ? NameAddr.#bare(text, start) : NameAddr.#bracketed(text, bracket, bracket);
    }
    const nameEnd = skipQuoted(text, start);
    const bracket = nameEnd < 0 ? -1 : skipBlanks(text, nameEnd);
    return bracket < 0 || text.charCodeAt(bracket) !== LESS ? undefined : NameAddr.#bracketed(text, nameEnd, bracket);
  }

  /** Without brackets what follows `;` belongs to the header, not to the URI (RFC 3261 section 20). */
  static #bare(text: string, start: number): NameAddr {
    const semicolon = text.indexOf(';', start);
    const end = semicolon < 0 ? text.length : semicolon;
    return new NameAddr(text, start, start, trimEnd(text, start, end), end);
  }

  static #bracketed(text: string, nameEnd: number, bracket: number): NameAddr | undefined {
    const close = text.indexOf('>', bracket);
    if (close < 0) return undefined;
    const after = skipBlanks(text, close + 1);
    if (after < text.length && text.charCodeAt(after) !== SEMICOLON) return undefined;
    return new NameAddr(text, nameEnd, bracket + 1, close, after);
  }

  /** Display name and URI as sent, without the parameters. */
  get sent(): string {
    return excerpt(this.#text, 0, trimEnd(this.#text, 0, this.#parametersAt));
  }

  /** Without quotes; '' if there is none. */
  get displayName(): string {
    const start = skipBlanks(this.#text, 0);
    const name = excerpt(this.#text, start, Math.max(start, trimEnd(this.#text, start, this.#nameEnd)));
    return name.length > 1 && name.startsWith('"') && name.endsWith('"') ? unquote(name) : name;
  }

  get uriText(): string {
    return excerpt(this.#text, this.#uriStart, this.#uriEnd);
  }

  get uri(): SipUri | undefined {
    return parseUri(this.#text.slice(this.#uriStart, this.#uriEnd));
  }

  /** '' if there is none. */
  get tag(): string {
    return this.parameter('tag') ?? '';
  }

  /** A parameter of the header, as `parameter`. */
  parameter(name: string): string | undefined {
    return parameter(this.#text, this.#parametersAt + 1, name);
  }
}

/** Contacts read of one message. */
export const MAX_CONTACTS = 64;

/** The values of a comma-separated Contact header, commas in quotes and brackets left alone; what is no value is left out. */
export function parseContacts(text: string, most = MAX_CONTACTS): NameAddr[] {
  const contacts: NameAddr[] = [];
  for (let at = 0; at < text.length && contacts.length < most; ) {
    const end = contactEnd(text, at);
    const contact = NameAddr.parse(text.slice(at, end).trim());
    if (contact !== undefined) contacts.push(contact);
    at = end + 1;
  }
  return contacts;
}

export function firstContact(text: string): NameAddr | undefined {
  return NameAddr.parse(text.slice(0, contactEnd(text, 0)));
}

/** The next comma outside quotes and brackets. */
function contactEnd(text: string, from: number): number {
  let i = from;
  while (i < text.length) {
    const char = text.charCodeAt(i);
    if (char === COMMA) return i;
    const next = char === QUOTE ? skipQuoted(text, i) : char === LESS ? text.indexOf('>', i) : i + 1;
    if (next < 0) return text.length;
    i = next;
  }
  return i;
}
