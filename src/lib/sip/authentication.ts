import { excerpt } from '../text.ts';
import { isToken, lowerCase, skipBlanks } from './characters.ts';
import { authParameter } from './parameters.ts';

const ESCAPED_NAME = /^username\s*=\s*"[^"]*\\/;

/** Credentials or a challenge: `Digest name=value, name="value"` (RFC 3261 section 25.1, RFC 8760). */
export class Authentication {
  /** Lower case: `digest`. */
  readonly scheme: string;
  readonly #text: string;
  readonly #from: number;

  private constructor(scheme: string, text: string, from: number) {
    this.scheme = scheme;
    this.#text = text;
    this.#from = from;
  }

  static parse(text: string): Authentication {
    const start = skipBlanks(text, 0);
    let end = start;
    while (end < text.length && isToken(text.charCodeAt(end))) end++;
    return new Authentication(lowerCase(excerpt(text, start, end)), text, end);
  }

  /** Text without quotes, at most `MAX_TEXT` long; undefined if absent. `nonce` never finds a `cnonce`. */
  parameter(name: string): string | undefined {
    return authParameter(this.#text, this.#from, name);
  }

  get username(): string | undefined {
    return this.parameter('username');
  }

  /** The username if no two servers can read it differently: it stands there once, and without escapes. */
  get plainUsername(): string | undefined {
    const text = lowerCase(this.#text);
    const at = text.indexOf('username', this.#from);
    if (at < 0 || text.indexOf('username', at + 1) >= 0) return undefined;
    return ESCAPED_NAME.test(text.slice(at)) ? undefined : this.username;
  }

  get realm(): string | undefined {
    return this.parameter('realm');
  }

  get nonce(): string | undefined {
    return this.parameter('nonce');
  }

  get opaque(): string | undefined {
    return this.parameter('opaque');
  }

  /** Of a challenge: the digest was right and only its nonce is old (RFC 7616 section 3.3). */
  get stale(): boolean {
    return this.parameter('stale')?.toLowerCase() === 'true';
  }
}
