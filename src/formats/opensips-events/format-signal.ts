import type { Proven, Signal } from '../../pipeline/signal.ts';

const PROVEN_DIGIT: Readonly<Record<Proven, string>> = { yes: '1', no: '0', unknown: '' };

/** The line (without line end) that the parser of `opensips-events` reads back as this signal; its sensor is not in it. */
export function formatSignal(signal: Signal): string {
  const seconds = Math.floor(signal.at / 1000);
  const fields = [
    'E_SIPWARD',
    '1',
    signal.kind,
    String(seconds),
    String((signal.at - seconds * 1000) * 1000),
    signal.address.text,
    signal.port === 0 ? '' : String(signal.port),
    signal.transport === 'unknown' ? '' : signal.transport,
    PROVEN_DIGIT[signal.proven],
    encode(signal.method),
    signal.status === 0 ? '' : String(signal.status),
    encode(signal.reason),
    encode(signal.user),
    encode(signal.domain),
    encode(signal.requestUri),
    encode(signal.userAgent),
    encode(signal.callId),
    signal.expires < 0 ? '' : String(signal.expires),
    signal.count === 1 ? '' : String(signal.count),
    encode(signal.from),
    encode(signal.fromTag),
    encode(signal.branch),
    encode(signal.detail),
    encode(signal.authUser),
    encode(signal.authRealm),
  ];
  // A line may end after any field from the seventh on.
  const last = fields.findLastIndex((field) => field !== '');
  return fields.slice(0, Math.max(7, last + 1)).join(',');
}

/** Percent-encodes all but letters, digits and `-_.!~*'()`. Half a surrogate pair, which has no UTF-8, becomes U+FFFD. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
