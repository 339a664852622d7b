import { excerpt } from '../text.ts';
import { COMMA, isToken, parseCount, SEMICOLON, skipBlanks, upperCase } from './characters.ts';
import { readHostPort } from './host-port.ts';
import { itemEnd, parameter } from './parameters.ts';

/** A Via (RFC 3261 section 20.42). */
export class Via {
  /** Upper case: `UDP`, `TCP`, … */
  readonly transport: string;
  /** Lower case; an IPv6 address stands in brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly #parameters: string;

  private constructor(transport: string, host: string, port: number | undefined, parameters: string) {
    this.transport = transport;
    this.host = host;
    this.port = port;
    this.#parameters = parameters;
  }

  /** Of a header with several values the first. Undefined if it is none, whatever its parameters are. */
  static parse(text: string): Via | undefined {
    const protocol = skipProtocol(text);
    const transportEnd = endOfToken(text, protocol);
    const sentBy = skipBlanks(text, transportEnd);
    const place = sentBy === transportEnd ? undefined : readHostPort(text, sentBy);
    if (place === undefined) return undefined;
    const end = text.includes(',', place.end) ? itemEnd(text, place.end, COMMA) : text.length;
    if (place.end < end && text.charCodeAt(place.end) !== SEMICOLON) return undefined;
    const transport = upperCase(excerpt(text, protocol, transportEnd));
    return new Via(transport, place.host, place.port, text.slice(place.end + 1, end));
  }

  /** The values of Via headers, the topmost first: a header may hold several. */
  static split(headers: readonly string[]): string[] {
    return headers.flatMap((text) => {
      const values: string[] = [];
      for (let start = 0; start < text.length; ) {
        const end = itemEnd(text, start, COMMA);
        values.push(text.slice(skipBlanks(text, start), end));
        start = end + 1;
      }
      return values;
    });
  }

  /** '' if there is none. */
  get branch(): string {
    return this.parameter('branch') ?? '';
  }

  /** Added by the next hop: the address the request came from (RFC 3261 section 18.2.1). */
  get received(): string | undefined {
    return this.parameter('received');
  }

  /** Undefined if absent, 0 if asked for and not yet filled in (RFC 3581). */
  get rport(): number | undefined {
    const port = this.parameter('rport');
    return port === undefined ? undefined : Math.max(0, parseCount(port, 65_535));
  }

  /** As the function of that name. */
  parameter(name: string): string | undefined {
    const value = parameter(this.#parameters, 0, name);
    return value === undefined ? undefined : excerpt(value, 0, value.length);
  }
}

/** Past `SIP/2.0/`, around whose slashes blanks may stand (RFC 3261 section 25.1, `SLASH`), or the end of the text. */
function skipProtocol(text: string): number {
  if (text.startsWith('SIP/2.0/')) return skipBlanks(text, 8);
  let at = 0;
  for (const part of ['SIP', '/', '2.0', '/']) {
    if (text.slice(at, at + part.length).toUpperCase() !== part) return text.length;
    at = skipBlanks(text, at + part.length);
  }
  return at;
}

function endOfToken(text: string, from: number): number {
  let i = from;
  while (i < text.length && isToken(text.charCodeAt(i))) i++;
  return i;
}
