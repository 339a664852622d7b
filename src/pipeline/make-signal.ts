import { Address } from '../lib/address.ts';
import type { RefusalReason, Signal, SignalFields, SignalKind } from './signal.ts';

/** What an input must say of every signal. */
type Known = Pick<SignalFields, 'at' | 'address' | 'sensor'>;

/** "Not said", field by field; the first three are always given and stand here for the order of fields. */
const NOTHING: SignalFields = {
  at: 0,
  address: Address.v4(0),
  sensor: '',
  port: 0,
  transport: 'unknown',
  proven: 'unknown',
  method: '',
  status: 0,
  reason: '',
  user: '',
  domain: '',
  requestUri: '',
  userAgent: '',
  callId: '',
  expires: -1,
  count: 1,
  from: '',
  fromTag: '',
  branch: '',
  detail: '',
};

/** A signal of which only the given fields are known. All have one shape in memory. */
export function makeSignal(
  kind: 'request.refused',
  given: Known & Partial<SignalFields> & { readonly reason: RefusalReason },
): Signal;
export function makeSignal(kind: Exclude<SignalKind, 'request.refused'>, given: Known & Partial<SignalFields>): Signal;
export function makeSignal(kind: SignalKind, given: Known & Partial<SignalFields>): Signal {
  // The overloads have checked the kind against the reason.
  return { kind, ...NOTHING, ...given } as Signal;
}
