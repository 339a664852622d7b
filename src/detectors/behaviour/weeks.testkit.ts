/** Weeks of an office: who calls when, as people do, by a clock on its wall. Same seed, same weeks. */

import { Random } from '../../../test/support/random.ts';
import { Address } from '../../lib/address.ts';
import { makeSignal } from '../../pipeline/make-signal.ts';
import type { Signal, SignalFields } from '../../pipeline/signal.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;
/** A Monday, midnight UTC, five weeks before the clocks change in Europe. */
export const START = Date.UTC(2026, 1, 23);
export const PHONE = 'Yealink SIP-T46U 108.86.0.20';

export type Sketch = Partial<Omit<SignalFields, 'address' | 'at'>> & { readonly ip?: string };

export function registers(at: number, user: string, sketch: Sketch = {}): Signal {
  return make('register.ok', at, user, { method: 'REGISTER', status: 200, expires: 3600, ...sketch });
}

export function calls(at: number, user: string, number = '0301234567', sketch: Sketch = {}): Signal {
  return make('call.started', at, user, {
    method: 'INVITE',
    status: 180,
    requestUri: `sip:${number}@pbx.example`,
    ...sketch,
  });
}

export function fails(at: number, user: string, sketch: Sketch = {}): Signal {
  return make('register.failed', at, user, { method: 'REGISTER', status: 401, ...sketch });
}

function make(
  kind: 'register.ok' | 'call.started' | 'register.failed',
  at: number,
  user: string,
  sketch: Sketch,
): Signal {
  const { ip = '198.51.100.10', ...fields } = sketch;
  const address = Address.parse(ip);
  if (address === undefined) throw new TypeError(`ip: expected an address, got ${ip}`);
  const always = {
    sensor: 'opensips',
    transport: 'udp',
    proven: 'yes',
    domain: 'pbx.example',
    userAgent: PHONE,
  } as const;
  return makeSignal(kind, { ...always, ...fields, user, address, at });
}

export interface OfficeOptions {
  readonly seed?: number;
  readonly from?: number;
  readonly weeks: number;
  readonly users: readonly string[];
  /** Calls an hour at work, on average. */
  readonly callsPerHour?: number;
  /** The days (from `from`) on which nobody works. */
  readonly holidays?: readonly number[];
  /** How many times the usual, by the day. */
  readonly busy?: (day: number) => number;
  /** Hours between the clock on the wall and UTC. */
  readonly offset?: (at: number) => number;
  /** Between two registrations. */
  readonly refreshMs?: number;
}

/** Central Europe, 2026. */
export function berlin(at: number): number {
  return at >= Date.UTC(2026, 2, 29, 1) && at < Date.UTC(2026, 9, 25, 1) ? 2 : 1;
}

/** Phones register all day; people call from 8 to 18 on weekdays, in bursts, and seldom on a Saturday. */
export function office(options: OfficeOptions): Signal[] {
  const { seed = 1, from = START, weeks, users, refreshMs = 50 * MINUTE } = options;
  const random = new Random(seed);
  const to = from + weeks * WEEK;
  const signals: Signal[] = [];
  for (const user of users) {
    for (let at = from + random.between(0, refreshMs); at < to; at += refreshMs) signals.push(registers(at, user));
    for (let hour = from; hour < to; hour += HOUR) {
      for (let left = poisson(random, rateAt(hour, options) * gamma(random)); left > 0; left--) {
        signals.push(calls(hour + random.between(0, HOUR), user, `030${random.between(1e6, 9e6)}`));
      }
    }
  }
  return signals.sort((a, b) => a.at - b.at);
}

function rateAt(at: number, options: OfficeOptions): number {
  const { from = START, callsPerHour = 4, holidays = [], busy = () => 1, offset = () => 1 } = options;
  const wall = at + offset(at) * HOUR;
  const day = Math.floor((at - from) / DAY);
  const hour = Math.floor(wall / HOUR) % 24;
  const weekday = (Math.floor(wall / DAY) + 4) % 7;
  if (holidays.includes(day) || hour < 8 || hour >= 18 || weekday === 0) return 0;
  const share = hour === 12 ? 0.3 : hour === 8 || hour === 17 ? 0.6 : 1.2;
  return callsPerHour * share * busy(day) * (weekday === 6 ? 0.1 : 1);
}

/** People are not as even as dice: a gamma of mean 1 and variance 1/3, which makes counts overdispersed. */
function gamma(random: Random): number {
  return -(Math.log(1 - random.next()) + Math.log(1 - random.next()) + Math.log(1 - random.next())) / 3;
}

function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let count = -1;
  for (let product = 1; product > limit; count++) product *= random.next();
  return count;
}
