import { decodeUtf8 } from '../../lib/byte-text.ts';
import { parsePeer } from '../../lib/log-line/peer.ts';
import { makeSignal } from '../../pipeline/make-signal.ts';
import type { Parsed } from '../format.ts';

/** What follows time, level and location of a line, and what all its signals share. */
export interface Message {
  readonly text: string;
  readonly at: number;
  readonly sensor: string;
}

const MAX_ACCOUNT = 255;

/** AMI log-ins (`manager.c`): `192.0.2.4 failed to authenticate as 'admin'`. The address comes first. */
export function parseManagerNotice(message: Message): Parsed {
  const { text } = message;
  const end = text.indexOf(' ');
  for (const complaint of [
    'failed to authenticate as ',
    'tried to authenticate with nonexistent user ',
    'failed to pass IP ACL as ',
  ]) {
    if (text.startsWith(complaint, end + 1)) {
      return failedLogin(message, 'AMI', text.slice(0, end), text.slice(end + 1 + complaint.length), complaint.trim());
    }
  }
  return 'ignored';
}

/** IAX2 registrations (`chan_iax2.c`). The address comes before what the peer says, or closes the line. */
export function parseIaxNotice(message: Message): Parsed {
  const { text } = message;
  if (text.startsWith('Host ')) {
    const end = text.indexOf(' ', 5);
    for (const complaint of [
      'failed to authenticate as ',
      'failed MD5 authentication for ',
      'did not provide proper plaintext password for ',
      'denied access to register peer ',
    ]) {
      if (text.startsWith(complaint, end + 1)) {
        const account = text.slice(end + 1 + complaint.length);
        return failedLogin(message, 'IAX2', text.slice(5, end), account, complaint.trim());
      }
    }
    return 'ignored';
  }
  const unknown = "No registration for peer '";
  const from = text.lastIndexOf("' (from ");
  if (!text.startsWith(unknown) || from < 0 || !text.endsWith(')')) return 'ignored';
  return failedLogin(
    message,
    'IAX2',
    text.slice(from + 8, -1),
    text.slice(unknown.length - 1, from + 1),
    'unknown peer',
  );
}

/** @param quoted the account, in single quotes or not, with whatever follows it */
function failedLogin(message: Message, method: string, host: string, quoted: string, reason: string): Parsed {
  const peer = parsePeer(host);
  if (peer === undefined) return 'unrecognised';
  const account = quoted.startsWith("'") ? quoted.slice(1, Math.max(quoted.indexOf("'", 1), 1)) : quoted;
  const { at, sensor } = message;
  const user = decodeUtf8(account, MAX_ACCOUNT);
  return makeSignal('register.failed', { at, sensor, ...peer, method, status: 401, reason, user });
}
