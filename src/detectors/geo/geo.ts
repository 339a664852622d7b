import { formatDuration } from '../../lib/duration.ts';
import { aorOf } from '../../pipeline/aor.ts';
import { isAttempt, isSuccess } from '../../pipeline/failure.ts';
import type { Finding, Subject } from '../../pipeline/finding.ts';
import { subjectText } from '../../pipeline/finding.ts';
import type { Geography } from '../../pipeline/intel.ts';
import { isOwnAccount } from '../../pipeline/own-account.ts';
import type { Signal } from '../../pipeline/signal.ts';
import type { Detector, DetectorState } from '../detector.ts';
import type { GeoConfig } from './config.ts';
import { CountryPolicy } from './country-policy.ts';
import { type Appearance, Whereabouts, type WhereaboutsSnapshot } from './whereabouts.ts';

/**
 * Finds who comes from a country that may not come in, and accounts that get in from a country that is not theirs or
 * that they cannot have reached in time. Nothing is looked up for a failure unless there are lists of countries.
 */
export class Geo implements Detector {
  readonly name = 'geo';
  readonly #geography: Geography;
  readonly #severity: Finding['severity'];
  readonly #maxSpeed: number;
  readonly #policy: CountryPolicy;
  readonly #whereabouts: Whereabouts;

  constructor(config: GeoConfig, geography: Geography) {
    this.#geography = geography;
    this.#severity = config.block ? 'error' : 'warning';
    this.#maxSpeed = config['max-speed'];
    this.#policy = new CountryPolicy({
      allow: config.allow,
      deny: config.deny,
      quietMs: config['quiet-for'],
      maxSources: config['max-sources'],
    });
    this.#whereabouts = new Whereabouts({
      learnMs: config['learn-for'],
      knownMs: config['known-for'],
      travellerFrom: config['traveller-from'],
      maxSpeed: config['max-speed'],
      maxAccounts: config['max-accounts'],
    });
  }

  observe(signal: Signal): Finding | undefined {
    const gotIn = signal.kind === 'call.started' || isSuccess(signal);
    const isOfInterest = gotIn
      ? this.#policy.hasLists || !this.#isSeenAgain(signal)
      : this.#isAttemptOfInterest(signal);
    if (!isOfInterest) return undefined;
    const country = this.#geography.country(signal.address);
    if (country === undefined) return undefined;
    const found = gotIn ? this.#atAccount(signal, country) : undefined;
    return found ?? (this.#policy.hasLists ? this.#byPolicy(signal, country, gotIn) : undefined);
  }

  expire(now: number): void {
    this.#policy.expire(now);
    this.#whereabouts.expire(now);
  }

  state(): DetectorState {
    return {
      tracked: this.#policy.size + this.#whereabouts.size,
      evicted: this.#policy.evicted + this.#whereabouts.evicted,
    };
  }

  snapshot(): WhereaboutsSnapshot {
    return this.#whereabouts.snapshot();
  }

  restore(snapshot: unknown): boolean {
    this.#whereabouts.restore(snapshot as WhereaboutsSnapshot);
    return true;
  }

  /** Failures matter only where countries may not come in. */
  #isAttemptOfInterest(signal: Signal): boolean {
    return this.#policy.hasLists && isAttempt(signal);
  }

  #isSeenAgain(signal: Signal): boolean {
    return signal.proven !== 'no' && this.#whereabouts.seenAgain(aorOf(signal), signal);
  }

  /** What may be forged says nothing of where an account is; and callers of a trunk are no accounts of ours. */
  #atAccount(signal: Signal, country: string): Finding | undefined {
    const { user, address, proven } = signal;
    if (user === '' || proven === 'no') return undefined;
    const aor = aorOf(signal);
    if (!isOwnAccount(signal) && !this.#whereabouts.knows(aor)) return undefined;
    const seen = this.#whereabouts.seen(aor, signal, country, this.#geography.place(address));
    if (seen === undefined) return undefined;
    const { before, countries } = seen;
    const samples = {
      countries: [...countries, country],
      sources: [address.text],
      'seen-before': [before.source],
      'user-agents': [signal.userAgent],
      networks: this.#networkText(signal),
    };
    const reason = `${verb(signal)} from ${this.#appearanceText(seen, signal.at, country)}`;
    return this.#find(signal, { kind: 'aor', aor }, 'warning', reason, samples, before.at);
  }

  #appearanceText({ before, impossibleKm, countries, isNewAgent }: Appearance, at: number, country: string): string {
    const agent = isNewAgent ? 'with a user agent new to it' : 'with a user agent it had before';
    if (impossibleKm === undefined) return `${country}, new to an account known in ${countries.join(', ')}, ${agent}`;
    const [km, speed] = [Math.floor(impossibleKm), this.#maxSpeed].map((one) => one.toLocaleString('en'));
    const after = formatDuration(Math.round(Math.abs(at - before.at) / 1000) * 1000);
    return `${country} ${after} after ${before.country}, at least ${km} km apart: faster than ${speed} km/h, ${agent}`;
  }

  #byPolicy(signal: Signal, country: string, gotIn: boolean): Finding | undefined {
    const objection = this.#policy.objection(country, signal);
    if (objection === undefined) return undefined;
    const reason = `${gotIn ? verb(signal) : 'failed here, coming'} from ${country}, a country that is ${objection}`;
    const samples = { countries: [country], networks: this.#networkText(signal) };
    return this.#find(signal, { kind: 'ip', address: signal.address }, this.#severity, reason, samples, signal.at);
  }

  #networkText({ address }: Signal): readonly string[] {
    const network = this.#geography.networkNumber(address);
    return network === undefined ? [] : [`AS${network.asn} ${network.name}`.trimEnd()];
  }

  #find(
    { at, count, proven }: Signal,
    subject: Subject,
    severity: Finding['severity'],
    reason: string,
    samples: Finding['evidence']['samples'],
    firstAt: number,
  ): Finding {
    return {
      type: 'geo_violation',
      detector: this.name,
      severity,
      subject,
      at,
      count,
      reason,
      evidence: { firstAt, lastAt: at, proven, samples },
      identity: `${this.name}:${subjectText(subject)}:${at}`,
    };
  }
}

function verb({ kind }: Signal): string {
  return kind === 'register.ok' ? 'registered' : 'called';
}
