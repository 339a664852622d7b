import { isDoorKnock, type Signal } from './signal.ts';

/**
 * Whether the credentials were refused: the mark of a guess. Answers that speak of the server's own trouble are none
 * (RFC 3261 sections 21.4.9 timeout, 21.4.17 interval too brief, 21.4.18 not now, 21.5 server failure): when a back end
 * is away, a whole office "fails" within seconds. A call that is challenged again had wrong credentials, too.
 */
export function isCredentialFailure(signal: Signal): boolean {
  if (signal.kind === 'register.failed') return !isServerTrouble(signal.status);
  return signal.kind === 'call.failed' && (signal.status === 401 || signal.status === 407);
}

function isServerTrouble(status: number): boolean {
  return status === 408 || status === 423 || status === 480 || (status >= 500 && status < 600);
}

/** Whether a request was not meant to be answered so: a guess or a door knock. */
export function isAttempt(signal: Signal): boolean {
  return isDoorKnock(signal) || isCredentialFailure(signal);
}

/** Whether the source got what a customer gets: proof that somebody honest may be behind the address. */
export function isSuccess(signal: Signal): boolean {
  return signal.kind === 'register.ok' || signal.kind === 'call.answered';
}

/** How servers say that there is no such account. */
const NO_SUCH_ACCOUNT = new Set([
  'InvalidAccountID',
  'No matching endpoint found',
  'No matching peer found',
  "can't find user",
]);

/** Whether a registration failed because the account does not exist: a phone seldom has one, who searches has many. */
export function isUnknownAccount(signal: Signal): boolean {
  return signal.kind === 'register.failed' && (signal.status === 404 || NO_SUCH_ACCOUNT.has(signal.reason));
}
