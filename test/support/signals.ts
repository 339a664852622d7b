/** Signals for tests: everything unsaid has a plain default. */
import { Address } from '../../src/lib/address.ts';
import { makeSignal } from '../../src/pipeline/make-signal.ts';
import type { Signal, SignalFields, SignalKind } from '../../src/pipeline/signal.ts';

export const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);

export interface SignalSketch extends Partial<Omit<SignalFields, 'address'>> {
  readonly kind?: SignalKind;
  readonly ip?: string;
}

/** @param sketch `at` defaults to `NOW`; `ip` to 203.0.113.7 */
export function signal(sketch: SignalSketch = {}): Signal {
  const { ip = '203.0.113.7', kind = 'register.failed', ...fields } = sketch;
  const address = Address.parse(ip);
  if (address === undefined) throw new TypeError(`ip: expected an address, got ${ip}`);
  // A sketch of a refusal says its reason; what else is unsaid, `makeSignal` knows.
  return makeSignal(kind as 'malformed', { ...DEFAULTS, ...fields, address });
}

const DEFAULTS = {
  at: NOW,
  port: 5060,
  transport: 'udp',
  sensor: 'test',
  method: 'REGISTER',
  status: 401,
  reason: 'Unauthorized',
  user: '1001',
  domain: 'example.com',
  requestUri: 'sip:example.com',
} as const;

/** `count` signals, `stepMs` apart. */
export function series(count: number, stepMs: number, sketch: SignalSketch = {}): Signal[] {
  const start = sketch.at ?? NOW;
  return Array.from({ length: count }, (_, i) => signal({ ...sketch, at: start + i * stepMs }));
}
