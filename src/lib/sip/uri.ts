import { excerpt } from '../text.ts';
import { lowerCase, QUESTION, SEMICOLON } from './characters.ts';
import { readHostPort } from './host-port.ts';
import { parameter } from './parameters.ts';

/** A SIP, SIPS or TEL URI (RFC 3261 section 19.1, RFC 3966), or the scheme alone of any other. */
export interface SipUri {
  /** Lower case. */
  readonly scheme: string;
  /** Escapes (`%41`) undone, '' if there is none. For `tel`: the number. */
  readonly user: string;
  readonly password: string | undefined;
  /** Lower case; an IPv6 address stands in brackets. '' for `tel` and other schemes. */
  readonly host: string;
  readonly port: number | undefined;
  /** `;name=value…` as sent. */
  readonly parameters: string;
  /** What follows `?`. */
  readonly headers: string;
}

const MAX_SCHEME = 32;
const SCHEME = /^[a-z][a-z0-9+.-]*$/;

/** The URI in `text`, or undefined if it is none. */
export function parseUri(text: string): SipUri | undefined {
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  const scheme = lowerCase(text.slice(0, Math.min(colon, MAX_SCHEME)));
  if (scheme === 'sip' || scheme === 'sips') return parseSipUri(scheme, text, colon + 1);
  if (!SCHEME.test(scheme)) return undefined;
  const semicolon = scheme === 'tel' ? text.indexOf(';', colon) : -1;
  const end = semicolon < 0 ? text.length : semicolon;
  const user = scheme === 'tel' ? undoEscapes(excerpt(text, colon + 1, end)) : '';
  return {
    scheme,
    user,
    password: undefined,
    host: '',
    port: undefined,
    parameters: excerpt(text, end, text.length),
    headers: '',
  };
}

/** The value of a URI parameter such as `transport`, '' for a flag, undefined if absent. `name` in lower case. */
export function uriParameter(uri: SipUri, name: string): string | undefined {
  return parameter(uri.parameters, 1, name);
}

/** `user:password@host:port;parameters?headers`. A user may hold `;` and `?`, so the `@` is looked for first. */
function parseSipUri(scheme: string, text: string, from: number): SipUri | undefined {
  const at = text.indexOf('@', from);
  const place = readHostPort(text, at < 0 ? from : at + 1);
  if (place === undefined || at === from) return undefined;
  const end = place.end;
  const next = text.charCodeAt(end);
  if (end < text.length && next !== SEMICOLON && next !== QUESTION) return undefined;
  const query = end < text.length ? text.indexOf('?', end) : -1;
  const headersAt = query < 0 ? text.length : query;
  const colon = text.indexOf(':', from);
  const userEnd = colon >= 0 && colon < at ? colon : at;
  return {
    scheme,
    user: at < 0 ? '' : undoEscapes(excerpt(text, from, userEnd)),
    password: userEnd < at ? undoEscapes(excerpt(text, userEnd + 1, at)) : undefined,
    host: place.host,
    port: place.port,
    parameters: excerpt(text, end, headersAt),
    headers: excerpt(text, headersAt + 1, text.length),
  };
}

/** Undoes `%41` (RFC 3261 section 19.1.4: the same user). Bytes are UTF-8; what is no escape stands as it is. */
function undoEscapes(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString());
}
