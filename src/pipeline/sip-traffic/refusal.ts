import type { RefusalReason } from '../signal.ts';

/** Final replies to a call that say something about the number or the caller, not about the one called. */
const NO_SUCH_CALL = [403, 404, 410, 416, 484, 604];
/** The server's trouble, or the callee's: no refusal. */
const NO_REFUSAL = [408, 423, 480, 486, 487, 491, 494, 600, 603];

/** Whether a call that failed so looks like a stranger trying numbers. */
export function isDialProbe(status: number): boolean {
  return NO_SUCH_CALL.includes(status);
}

/**
 * The best fitting reason of the door knock when a request other than REGISTER and INVITE was refused with this status;
 * undefined if that is no refusal.
 */
export function refusalReason(status: number): RefusalReason | undefined {
  if (status < 400 || NO_REFUSAL.includes(status)) return undefined;
  if (status === 405 || status === 501) return 'method_not_allowed';
  if (status === 483) return 'max_forwards_exceeded';
  if (status === 400) return 'malformed';
  if (status === 403) return 'domain_mismatch';
  if (status === 404 || status === 604 || status === 410) return 'domain_not_found';
  return 'query_failed';
}
