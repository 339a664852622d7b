/** What honest and hostile clients look like to the SBC. An Asterisk behind it answers a wrong password with 401. */
import { Address } from '../../src/lib/address.ts';
import { makeSignal } from '../../src/pipeline/make-signal.ts';
import type { RefusalReason, Signal, SignalFields, SignalKind } from '../../src/pipeline/signal.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A Monday morning. */
export const START = Date.UTC(2026, 0, 12, 8);

export const DOMAIN = 'pbx.example';
const PHONE = 'Yealink SIP-T46U 108.86.0.20';

/** One device or tool at one address. Its requests over UDP are proven, unless said otherwise. */
export class Actor {
  readonly address: Address;
  readonly #always: Partial<SignalFields>;

  constructor(ip: string, always: Partial<SignalFields> = {}) {
    const address = Address.parse(ip);
    if (address === undefined) throw new TypeError(`ip: expected an address, got ${ip}`);
    this.address = address;
    this.#always = {
      sensor: 'opensips',
      domain: DOMAIN,
      requestUri: `sip:${DOMAIN}`,
      userAgent: PHONE,
      transport: 'udp',
      proven: 'yes',
      port: 5060,
      ...always,
    };
  }

  registers(at: number, user: string, more: Partial<SignalFields> = {}): Signal {
    return this.#signal('register.ok', at, { method: 'REGISTER', status: 200, user, expires: 3600, ...more });
  }

  unregisters(at: number, user: string): Signal {
    return this.#signal('register.removed', at, { method: 'REGISTER', status: 200, user, expires: 0 });
  }

  fails(at: number, user: string, more: Partial<SignalFields> = {}): Signal {
    const failure = { method: 'REGISTER', status: 401, reason: 'Unauthorized', user, expires: 3600 };
    return this.#signal('register.failed', at, { ...failure, ...more });
  }

  knocks(at: number, more: Partial<SignalFields> & { readonly reason?: RefusalReason } = {}): Signal {
    const known = { at, address: this.address, sensor: 'opensips' };
    const { reason = 'domain_not_found', ...fields } = more;
    return makeSignal('request.refused', {
      ...this.#always,
      ...known,
      method: 'OPTIONS',
      status: 404,
      ...fields,
      reason,
    });
  }

  /** A call that ends after `ms`, or fails with `status`. */
  calls(
    at: number,
    user: string,
    number: string,
    outcome: { ms: number } | { status: number },
    more: Partial<SignalFields> = {},
  ): Signal[] {
    const callId = `${user}-${at}@${this.address.text}`;
    const call = { method: 'INVITE', user, requestUri: `sip:${number}@${DOMAIN}`, callId, ...more };
    const started = this.#signal('call.started', at, { ...call, status: 100 });
    if ('status' in outcome) {
      return [started, this.#signal('call.failed', at + 300, { ...call, status: outcome.status })];
    }
    return [
      started,
      this.#signal('call.answered', at + 4000, { ...call, status: 200 }),
      this.#signal('call.ended', at + 4000 + outcome.ms, { ...call, detail: String(outcome.ms) }),
    ];
  }

  #signal(kind: Exclude<SignalKind, 'request.refused'>, at: number, fields: Partial<SignalFields>): Signal {
    return makeSignal(kind, { at, address: this.address, sensor: 'opensips', ...this.#always, ...fields });
  }
}

/** `count` times, from `from` on, about `everyMs` apart. */
export function times(count: number, from: number, everyMs: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i * everyMs);
}
