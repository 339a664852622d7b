import { BoundedTable, type TableSnapshot } from '../../lib/bounded-table.ts';
import { DEFAULT_DIAL_PLAN, type DialPlan, destinationOf, isCostly } from '../../lib/phone-number/destination.ts';
import { dialledNumber } from '../../lib/phone-number/dialled-number.ts';
import { hashText, mix } from '../../lib/text-hash.ts';
import { accountHash } from '../../pipeline/account-hash.ts';
import { aorOf } from '../../pipeline/aor.ts';
import { isCredentialFailure } from '../../pipeline/failure.ts';
import { type Finding, type Subject, subjectText } from '../../pipeline/finding.ts';
import { isOwnAccount } from '../../pipeline/own-account.ts';
import { productOf } from '../../pipeline/product.ts';
import type { Signal } from '../../pipeline/signal.ts';
import type { Detector, DetectorState } from '../detector.ts';
import { ACCOUNT_WORDS, isKnown, judge, knowsNetwork, noteCall, noteRegistration } from './account.ts';
import type { BehaviourConfig } from './config.ts';
import type { Deviation } from './deviation.ts';
import { SensorHabits, type SensorSnapshot } from './sensor.ts';

/** An account that neither registers nor calls for so long is forgotten, with its habits. */
const KEEP_MS = 20 * 86_400_000;

interface Snapshot {
  readonly accounts: TableSnapshot;
  readonly sensors: readonly (readonly [name: string, habits: SensorSnapshot])[];
}

/**
 * Learns what accounts and SBCs do by habit, and tells what is clearly and by far unlike it, with the numbers. Nothing is
 * said before there is a habit, and nothing of accounts that are not ours: calls of trunks name callers of the whole
 * world. What many accounts do at once is told once, of the SBC.
 */
export class Behaviour implements Detector {
  readonly name = 'behaviour';
  readonly #config: BehaviourConfig;
  readonly #plan: DialPlan;
  readonly #accounts: BoundedTable;
  /** By name; the configuration says how many there are. */
  readonly #sensors = new Map<string, SensorHabits>();

  constructor(config: BehaviourConfig, plan: DialPlan = DEFAULT_DIAL_PLAN) {
    this.#config = { ...config };
    this.#plan = plan;
    this.#accounts = new BoundedTable({ maxKeys: config['max-accounts'], words: ACCOUNT_WORDS, horizonMs: KEEP_MS });
  }

  observe(signal: Signal): Finding | undefined {
    switch (signal.kind) {
      case 'register.ok':
        return this.#registered(signal);
      case 'call.started':
        return this.#called(signal);
      case 'register.failed':
      case 'call.failed': {
        if (!isCredentialFailure(signal)) return undefined;
        return this.#ofSensor(signal, this.#sensor(signal).count('failures', signal.at, signal.count, this.#config));
      }
      default:
        return undefined;
    }
  }

  expire(now: number): void {
    this.#accounts.expire(now);
    for (const sensor of this.#sensors.values()) sensor.expire(now);
  }

  state(): DetectorState {
    return { tracked: this.#accounts.size, evicted: this.#accounts.evicted };
  }

  snapshot(): Snapshot {
    const sensors = [...this.#sensors].map(([name, habits]) => [name, habits.snapshot()] as const);
    return { accounts: this.#accounts.snapshot(), sensors };
  }

  restore(snapshot: unknown): boolean {
    const { accounts, sensors } = snapshot as Snapshot;
    if (!this.#accounts.restore(accounts)) return false;
    for (const [name, habits] of sensors) {
      const sensor = new SensorHabits();
      if (!sensor.restore(habits)) return false;
      this.#sensors.set(name, sensor);
    }
    return true;
  }

  #registered(signal: Signal): Finding | undefined {
    const { at, userAgent } = signal;
    const sensor = this.#sensor(signal);
    const deviation = sensor.count('registrations', at, 1, this.#config);
    if (!this.#touch(signal)) return this.#ofSensor(signal, deviation);
    const { record, base } = this.#accounts;
    const product = userAgent === '' ? undefined : hashText(productOf(userAgent), 1);
    const isNew = noteRegistration(record, base, at, networkHash(signal), product);
    if (product === undefined) return this.#ofSensor(signal, deviation) ?? this.#ofAccount(signal);
    const learnMs = this.#config['learn-for'];
    const agent = { hash: hashText(userAgent, 1), isVersion: !isNew };
    const account = isKnown(record, base, at, learnMs) ? accountHash(signal) : undefined;
    const arrival = sensor.noteAgent(agent, account, at, learnMs);
    return this.#ofSensor(signal, deviation ?? arrival) ?? this.#ofAccount(signal);
  }

  #called(signal: Signal): Finding | undefined {
    const { at } = signal;
    const deviation = this.#sensor(signal).count('calls', at, 1, this.#config);
    if (!this.#touch(signal)) return this.#ofSensor(signal, deviation);
    const { record, base } = this.#accounts;
    const network = networkHash(signal);
    if (isUnproven(signal) && !knowsNetwork(record, base, network)) return this.#ofSensor(signal, deviation);
    const destination = destinationOf(dialledNumber(signal.requestUri), this.#plan);
    const place = isCostly(destination) ? hashText(destination.country, 1) : undefined;
    noteCall(record, base, at, network, place);
    return this.#ofSensor(signal, deviation) ?? this.#ofAccount(signal);
  }

  /** Whether the account of the signal is ours, and was seen before: then its record is open. */
  #touch(signal: Signal): boolean {
    if (signal.user === '') return false;
    const high = accountHash(signal);
    const low = hashText(aorOf(signal), 2);
    if (!isOwnAccount(signal) && !this.#accounts.has(high, low)) return false;
    return this.#accounts.touch(high, low, signal.at, 0);
  }

  #sensor({ sensor: name }: Signal): SensorHabits {
    let sensor = this.#sensors.get(name);
    if (sensor === undefined) {
      sensor = new SensorHabits();
      this.#sensors.set(name, sensor);
    }
    return sensor;
  }

  /** Of the account whose record is open. What many do within an hour has one cause, and is told of the SBC. */
  #ofAccount(signal: Signal): Finding | undefined {
    const { record, base } = this.#accounts;
    const sensor = this.#sensor(signal);
    const deviation = judge(record, base, signal.at, this.#config, sensor);
    if (deviation === undefined) return undefined;
    const verdict = sensor.joinCrowd(deviation.what, signal.at);
    if (verdict === 'drowned') return undefined;
    if (verdict === 'told') {
      return this.#find(signal, { kind: 'aor', aor: aorOf(signal) }, deviation);
    }
    const reason = `${deviation.what} of more and more accounts are unlike their habit; this hour no more are told one by one, the latest: ${deviation.reason}`;
    return this.#ofSensor(signal, { ...deviation, what: `${deviation.what} of many`, reason });
  }

  #ofSensor(signal: Signal, deviation: Deviation | undefined): Finding | undefined {
    if (deviation === undefined) return undefined;
    const { sensor } = signal;
    return this.#find(signal, { kind: 'sensor', sensor }, { ...deviation, reason: `${sensor}: ${deviation.reason}` });
  }

  #find(signal: Signal, subject: Subject, { what, severity, count, since, reason }: Deviation): Finding {
    const { at, address, proven, userAgent } = signal;
    return {
      type: 'behaviour_deviation',
      detector: this.name,
      severity,
      subject,
      at,
      count,
      reason,
      evidence: {
        firstAt: since,
        lastAt: at,
        proven,
        samples: {
          sources: [address.countedText],
          ...(subject.kind === 'sensor' ? { accounts: [aorOf(signal)] } : {}),
          ...(userAgent === '' ? {} : { 'user-agents': [userAgent] }),
        },
      },
      identity: `${this.name}:${subjectText(subject)}:${what}:${at}`,
    };
  }
}

/**
 * On its way from a back end to whom it calls, a call has the caller in From once more: a call to a group of thirty phones
 * would count as thirty.
 */
function isUnproven({ transport, proven, authUser }: Signal): boolean {
  return transport === 'udp' && proven === 'no' && authUser === '';
}

/** The /24 of an IPv4 address, the /48 of an IPv6 address. */
function networkHash({ address: { family, high, low } }: Signal): number {
  return mix(high ^ mix(family === 4 ? low >>> 8 : low >>> 16));
}
