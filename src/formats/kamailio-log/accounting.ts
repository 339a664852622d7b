import { decodeUtf8 } from '../../lib/byte-text.ts';
import { parsePeer } from '../../lib/log-line/peer.ts';
import { makeSignal } from '../../pipeline/make-signal.ts';
import type { Parsed } from '../format.ts';
import type { Message } from './message.ts';

const MAX_VALUE = 255;

/**
 * Lines of the `acc` module: `ACC: EVENT: timestamp=…;method=…;from_tag=…;to_tag=…;call_id=…;code=…;reason=…;` and the
 * `log_extra` of the installed configuration, `src_user=…;src_domain=…;src_ip=…;dst_ouser=…;dst_user=…;dst_domain=…`.
 * Nothing is escaped and most values are the caller's, so a line in which a name we need stands twice says nothing.
 */
export class Accounting {
  /** Call-ID and code of the last missed call: the same final reply is also reported as answered. */
  #missed = '';

  parse({ text, at, sensor }: Message): Parsed {
    const missed = text.startsWith('ACC: call missed: ');
    if (!missed && !text.startsWith('ACC: transaction answered: ')) return 'ignored';
    const address = soleValue(text, 'src_ip');
    const code = soleValue(text, 'code');
    const callId = soleValue(text, 'call_id');
    const method = fieldOf(text, 'method');
    if (address === undefined || code === undefined || callId === undefined) return 'unrecognised';
    const peer = parsePeer(address);
    const status = Number(code);
    if (peer === undefined || !(status >= 200 && status <= 699)) return 'unrecognised';
    const repeated = !missed && `${callId} ${code}` === this.#missed;
    this.#missed = missed ? `${callId} ${code}` : '';
    const kind = repeated ? undefined : kindOf(method, status);
    if (kind === undefined) return 'ignored';
    return makeSignal(kind, {
      at,
      sensor,
      ...peer,
      method: decodeUtf8(method, MAX_VALUE),
      status,
      reason: decodeUtf8(fieldOf(text, 'reason'), MAX_VALUE),
      user: decodeUtf8(fieldOf(text, 'src_user'), MAX_VALUE),
      domain: decodeUtf8(fieldOf(text, 'src_domain'), MAX_VALUE),
      requestUri: decodeUtf8(`sip:${fieldOf(text, 'dst_user')}@${fieldOf(text, 'dst_domain')}`, MAX_VALUE),
      callId: decodeUtf8(callId, MAX_VALUE),
      fromTag: decodeUtf8(fieldOf(text, 'from_tag'), MAX_VALUE),
    });
  }
}

/** A challenge (401, 407) is no failure: whether the request had credentials is not in the line. */
function kindOf(method: string, status: number) {
  if (method === 'BYE' && status < 300) return 'call.ended';
  if (method !== 'INVITE' || status === 401 || status === 407) return undefined;
  return status < 300 ? 'call.answered' : 'call.failed';
}

function fieldOf(text: string, name: string): string {
  const at = text.indexOf(`;${name}=`);
  if (at < 0) return '';
  const from = at + name.length + 2;
  const end = text.indexOf(';', from);
  return text.slice(from, end < 0 ? text.length : end);
}

/** The value of the only field of this name; undefined if there is none or more than one. */
function soleValue(text: string, name: string): string | undefined {
  const at = text.indexOf(`;${name}=`);
  return at < 0 || text.indexOf(`;${name}=`, at + 1) >= 0 ? undefined : fieldOf(text, name);
}
