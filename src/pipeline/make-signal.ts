import type { RefusalReason, Signal, SignalFields, SignalKind } from './signal.ts';

/** What an input must say of every signal. */
type Known = Pick<SignalFields, 'at' | 'address' | 'sensor'>;

/** A signal of which only the given fields are known. All have one shape in memory. */
export function makeSignal(
  kind: 'request.refused',
  given: Known & Partial<SignalFields> & { readonly reason: RefusalReason },
): Signal;
export function makeSignal(kind: Exclude<SignalKind, 'request.refused'>, given: Known & Partial<SignalFields>): Signal;
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one literal, which is three times as fast as spreading
export function makeSignal(kind: SignalKind, given: Known & Partial<SignalFields>): Signal {
  // The overloads have checked the kind against the reason.
  return {
    kind,
    at: given.at,
    address: given.address,
    port: given.port ?? 0,
    transport: given.transport ?? 'unknown',
    sensor: given.sensor,
    proven: given.proven ?? 'unknown',
    method: given.method ?? '',
    status: given.status ?? 0,
    reason: given.reason ?? '',
    user: given.user ?? '',
    domain: given.domain ?? '',
    requestUri: given.requestUri ?? '',
    userAgent: given.userAgent ?? '',
    callId: given.callId ?? '',
    expires: given.expires ?? -1,
    count: given.count ?? 1,
    from: given.from ?? '',
    fromTag: given.fromTag ?? '',
    branch: given.branch ?? '',
    detail: given.detail ?? '',
    authUser: given.authUser ?? '',
    authRealm: given.authRealm ?? '',
  } as Signal;
}
