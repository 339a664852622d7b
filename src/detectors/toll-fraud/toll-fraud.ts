import { BoundedMap } from '../../lib/bounded-map.ts';
import { formatDuration } from '../../lib/duration.ts';
import { DEFAULT_DIAL_PLAN, type DialPlan, destinationOf, isCostly } from '../../lib/phone-number/destination.ts';
import { dialledNumber } from '../../lib/phone-number/dialled-number.ts';
import { aorOf } from '../../pipeline/aor.ts';
import type { Finding, Severity } from '../../pipeline/finding.ts';
import { isOwnAccount } from '../../pipeline/own-account.ts';
import type { Signal } from '../../pipeline/signal.ts';
import type { Detector, DetectorState } from '../detector.ts';
import { Caller, type CallerSnapshot } from './caller.ts';
import type { TollFraudConfig } from './config.ts';

/** An account that neither registers nor calls for so long is forgotten, with its habits. */
const KEEP_MS = 60 * 86_400_000;
/** An account may spend so many times what it spends by habit. */
const HABIT_FACTOR = 5;
/** Of an account without a history everything is new, so more must come together. */
const NEW_ACCOUNT_FACTOR = 3;

interface Conclusion {
  readonly severity: Severity;
  readonly count: number;
  readonly reason: string;
}

/** When what led to a finding was seen, and where it came from. */
type Caught = Pick<Signal, 'at' | 'proven' | 'userAgent'> & { readonly source: string };

interface Snapshot {
  readonly callers: readonly (readonly [aor: string, hourWords: number, caller: CallerSnapshot])[];
  /** The hours of all callers, one after the other: one large array costs far less than many small ones. */
  readonly hours: Uint32Array;
  readonly thresholds: readonly (readonly [key: string, toldAt: number])[];
}

/**
 * Finds accounts whose calls somebody else makes money with. Only accounts that are ours are watched: calls of trunks
 * name callers of the whole world. Acts on the account, and names the sources.
 */
export class TollFraud implements Detector {
  readonly name = 'toll-fraud';
  readonly #config: TollFraudConfig;
  readonly #plan: DialPlan;
  readonly #callers: BoundedMap<string, Caller>;
  /** When OpenSIPS' thresholds were last told of, by account and level. */
  readonly #thresholds: BoundedMap<string, number>;

  constructor(config: TollFraudConfig, plan: DialPlan = DEFAULT_DIAL_PLAN) {
    this.#config = { ...config };
    this.#plan = plan;
    this.#callers = new BoundedMap(config['max-accounts']);
    this.#thresholds = new BoundedMap(config['max-accounts']);
  }

  observe(signal: Signal): Finding | undefined {
    if (signal.user === '') return undefined;
    if (signal.kind === 'fraud.threshold') return this.#thresholdCrossed(signal);
    if (!isOwnAccount(signal) && !signal.kind.startsWith('call.')) return undefined;
    const aor = aorOf(signal);
    let caller = this.#callers.get(aor);
    if (isOwnAccount(signal)) {
      caller ??= new Caller(signal.at);
      caller.lastAt = signal.at;
      this.#callers.set(aor, caller);
    }
    return caller === undefined ? undefined : this.#follow(caller, signal, aor);
  }

  /** What runs costs without a sign: two calls that never end need no third. */
  conclude(now: number): readonly Finding[] {
    const found: Finding[] = [];
    for (const [aor, caller] of this.#callers.entries()) {
      const call = caller.runningCall(now);
      if (call === undefined || now - caller.toldAt < this.#config['quiet-for']) continue;
      const conclusion = this.#overspent(caller, now);
      if (conclusion === undefined) continue;
      this.#note(caller, now);
      found.push(this.#find({ ...call, at: now, userAgent: '' }, aor, conclusion, {}));
    }
    return found;
  }

  expire(now: number): void {
    this.#callers.expire(({ lastAt }) => now - lastAt > KEEP_MS);
    this.#thresholds.expire((toldAt) => now - toldAt > this.#config['quiet-for']);
  }

  state(): DetectorState {
    return {
      tracked: this.#callers.size + this.#thresholds.size,
      evicted: this.#callers.evicted + this.#thresholds.evicted,
    };
  }

  snapshot(): Snapshot {
    const callers = [...this.#callers.entries()];
    const hours = new Uint32Array(callers.reduce((sum, [, caller]) => sum + caller.hours.length, 0));
    let at = 0;
    for (const [, caller] of callers) {
      hours.set(caller.hours, at);
      at += caller.hours.length;
    }
    return {
      callers: callers.map(([aor, caller]) => [aor, caller.hours.length, caller.snapshot()]),
      hours,
      thresholds: [...this.#thresholds.entries()],
    };
  }

  restore(snapshot: unknown): boolean {
    const { callers, hours, thresholds } = snapshot as Snapshot;
    let at = 0;
    for (const [aor, hourWords, caller] of callers) {
      this.#callers.set(aor, Caller.restore(caller, hours.subarray(at, at + hourWords)));
      at += hourWords;
    }
    for (const [key, toldAt] of thresholds) this.#thresholds.set(key, toldAt);
    return true;
  }

  #follow(caller: Caller, signal: Signal, aor: string): Finding | undefined {
    switch (signal.kind) {
      case 'call.started':
        return this.#started(caller, signal, aor);
      case 'call.answered':
        caller.answered(idOf(signal), signal.at);
        return undefined;
      case 'call.ended':
        caller.ended(idOf(signal), signal.at);
        return undefined;
      default:
        return undefined;
    }
  }

  #started(caller: Caller, signal: Signal, aor: string): Finding | undefined {
    const { at, address, proven, userAgent } = signal;
    const source = address.countedText;
    const number = dialledNumber(signal.requestUri);
    const destination = destinationOf(number, this.#plan);
    const isOdd = caller.isOddHour(at);
    caller.called(at);
    caller.lastAt = at;
    if (!isCostly(destination)) return undefined;
    const { country } = destination;
    const centsPerMinute = this.#config.rates[country] ?? destination.centsPerMinute;
    const isNew = caller.isNewCountry(country, at, this.#config['new-for']);
    caller.started(country, { at, id: idOf(signal), centsPerMinute, source, proven, isNew });
    if (at - caller.toldAt < this.#config['quiet-for']) return undefined;
    const conclusion = this.#serious(caller, at) ?? (isNew && isOdd ? oddCall(country) : undefined);
    if (conclusion === undefined) return undefined;
    if (conclusion.severity === 'critical') {
      this.#note(caller, at);
    } else if (at - caller.warnedAt < this.#config['quiet-for']) {
      return undefined;
    } else {
      caller.warnedAt = at;
    }
    return this.#find({ at, source, proven, userAgent }, aor, conclusion, { numbers: [number] });
  }

  /** What was found to be fraud is told once for a while, and is no habit. */
  #note(caller: Caller, at: number): void {
    caller.toldAt = at;
    caller.forgetNew(at, this.#config['new-for']);
  }

  #overspent(caller: Caller, at: number): Conclusion | undefined {
    const spent = caller.spentToday(at);
    const limit = Math.max(this.#config['max-spend'], HABIT_FACTOR * caller.spentByHabit);
    if (spent <= limit) return undefined;
    const reason = `costly calls for about ${Math.round(spent)} cents in a day, limit ${Math.round(limit)}`;
    return { severity: 'critical', count: 1, reason };
  }

  #serious(caller: Caller, at: number): Conclusion | undefined {
    return this.#overspent(caller, at) ?? this.#burst(caller, at);
  }

  #burst(caller: Caller, at: number): Conclusion | undefined {
    const config = this.#config;
    const factor = at - caller.firstAt < config['new-for'] ? NEW_ACCOUNT_FACTOR : 1;
    const { count, centsPerMinute, running } = caller.newCalls(at, config['burst-within']);
    if (count < config['burst-calls'] || centsPerMinute < config['burst-cents'] * factor) return undefined;
    const reason = `${count} calls to countries or kinds of number new to the account within ${formatDuration(config['burst-within'])}, ${running} at the same time, together about ${Math.round(centsPerMinute)} cents a minute`;
    return { severity: 'critical', count, reason };
  }

  /** OpenSIPS' own figures (fraud_detection): told of once for a while, each level. */
  #thresholdCrossed(signal: Signal): Finding | undefined {
    const { at, detail } = signal;
    const aor = aorOf(signal);
    const severity = signal.reason === 'critical' ? 'critical' : 'warning';
    const key = `${severity} ${aor}`;
    const toldAt = this.#thresholds.get(key);
    if (toldAt !== undefined && at - toldAt < this.#config['quiet-for']) return undefined;
    this.#thresholds.set(key, at);
    // What follows in the detail is the called number, which is the caller's text.
    const [, what, value, limit] = /^([a-z_ ]{1,40}) is (\d{1,12}), limit (\d{1,12})/.exec(detail) ?? [];
    const figures = what === undefined ? '' : `: ${what.replaceAll('_', ' ')} is ${value}, limit ${limit}`;
    const reason = `crossed a threshold of OpenSIPS${figures}`;
    const { address, proven, userAgent } = signal;
    const source = address.countedText;
    return this.#find({ at, source, proven, userAgent }, aor, { severity, count: signal.count, reason }, {});
  }

  #find(
    { at, source, proven, userAgent }: Caught,
    aor: string,
    { severity, count, reason }: Conclusion,
    samples: Finding['evidence']['samples'],
  ): Finding {
    return {
      type: 'toll_fraud_suspected',
      detector: this.name,
      severity,
      subject: { kind: 'aor', aor },
      at,
      count,
      reason,
      evidence: {
        firstAt: at - this.#config['burst-within'],
        lastAt: at,
        proven,
        samples: {
          sources: [source],
          ...samples,
          ...(userAgent === '' ? {} : { 'user-agents': [userAgent] }),
        },
      },
      identity: `${this.name}:${aor}:${severity}:${at}`,
    };
  }
}

/** Call-IDs are the caller's, who may use one for two calls and end the cheap one. */
function idOf({ callId, fromTag, requestUri }: Signal): string {
  return `${dialledNumber(requestUri)} ${fromTag} ${callId}`;
}

function oddCall(country: string): Conclusion {
  const where = country.length === 2 ? `to ${country}` : `to a ${country} number`;
  return {
    severity: 'warning',
    count: 1,
    reason: `the first call ${where}, at an hour at which the account never calls`,
  };
}
