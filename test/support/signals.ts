/** Signals for tests: everything unsaid has a plain default. */
import { Address } from '../../src/lib/address.ts';
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
  return { ...DEFAULTS, ...fields, kind, address } as Signal;
}

const DEFAULTS: Omit<SignalFields, 'address'> = {
  at: NOW,
  port: 5060,
  transport: 'udp',
  sensor: 'test',
  proven: 'unknown',
  method: 'REGISTER',
  status: 401,
  reason: 'Unauthorized',
  user: '1001',
  domain: 'example.com',
  requestUri: 'sip:example.com',
  userAgent: '',
  callId: '',
  expires: -1,
  count: 1,
  from: '',
  fromTag: '',
  branch: '',
  detail: '',
};

/** `count` signals, `stepMs` apart. */
export function series(count: number, stepMs: number, sketch: SignalSketch = {}): Signal[] {
  const start = sketch.at ?? NOW;
  return Array.from({ length: count }, (_, i) => signal({ ...sketch, at: start + i * stepMs }));
}
