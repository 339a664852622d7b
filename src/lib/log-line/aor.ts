import { Address } from '../address.ts';
import { decodeUtf8 } from '../byte-text.ts';

/** User and domain of the address of record that a log line shows. Both are the sender's words. */
export interface LoggedAor {
  readonly user: string;
  readonly domain: string;
}

const MAX_PART = 255;
const NOBODY: LoggedAor = { user: '', domain: '' };

/** Of `"name" <sip:user@host:port;params>`, `sip:user@host` or `user@host`; latin1 in, as lines are read. */
export function parseLoggedAor(text: string): LoggedAor {
  const scheme = text.lastIndexOf('sip:');
  const secure = text.lastIndexOf('sips:');
  const from = scheme > secure ? scheme + 4 : secure >= 0 ? secure + 5 : 0;
  if (from === 0 && text.startsWith('<')) return NOBODY;
  const at = text.lastIndexOf('@');
  const user = at < from ? '' : text.slice(from, at);
  const host = text.slice(at < from ? from : at + 1);
  return { user: decodeUtf8(user, MAX_PART), domain: decodeUtf8(host.slice(0, hostEnd(host)), MAX_PART) };
}

function hostEnd(host: string): number {
  // IPv6 without brackets has no port behind it.
  if (host.includes(':') && Address.parse(host) !== undefined) return host.length;
  const start = host.startsWith('[') ? Math.max(host.indexOf(']'), 0) : 0;
  for (let i = start; i < host.length; i++) {
    if (':;>? "'.includes(host.charAt(i))) return i;
  }
  return host.length;
}
