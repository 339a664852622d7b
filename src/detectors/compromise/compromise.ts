import { BoundedMap } from '../../lib/bounded-map.ts';
import { BoundedTable, type TableSnapshot } from '../../lib/bounded-table.ts';
import { addFew, countFew, FEW_WORDS } from '../../lib/few-distinct.ts';
import { DEFAULT_DIAL_PLAN, type DialPlan, destinationOf, isCostly } from '../../lib/phone-number/destination.ts';
import { dialledNumber } from '../../lib/phone-number/dialled-number.ts';
import { accountHash } from '../../pipeline/account-hash.ts';
import { aorOf } from '../../pipeline/aor.ts';
import { isCredentialFailure } from '../../pipeline/failure.ts';
import type { Finding } from '../../pipeline/finding.ts';
import { productOf } from '../../pipeline/product.ts';
import { SCANNER_USER_AGENTS } from '../../pipeline/scanner-user-agents.ts';
import type { Signal } from '../../pipeline/signal.ts';
import type { Detector, DetectorState } from '../detector.ts';
import type { CompromiseConfig } from './config.ts';
import { GuessBook, type Guesses, type GuessSnapshot } from './guesses.ts';
import { Owners } from './owners.ts';

/** The failures before somebody got in. */
interface Case extends Pick<Guesses, 'count' | 'firstAt'> {
  /** Others may have made them to have the account disabled. */
  readonly mayBeForged: boolean;
}

/** Somebody got in after failures, and nothing else speaks against it yet. */
interface Suspicion extends Case {
  readonly source: string;
  readonly until: number;
}

interface Snapshot {
  readonly guesses: GuessSnapshot;
  readonly owners: ReturnType<Owners['snapshot']>;
  readonly suspicions: readonly (readonly [account: string, suspicion: Suspicion])[];
  readonly failedAt: TableSnapshot;
}

/** Of a hash, what the table keeps of a source seen once. */
const HASH_MASK = 0x3fffffff;

/**
 * Finds accounts whose password was guessed: failures from whatever sources over hours, then a success that no device of
 * the account's own makes. What speaks for a guess is said in words. Sources that have registered the account before
 * are its own and never suspected.
 */
export class Compromise implements Detector {
  readonly name = 'compromise';
  readonly #config: CompromiseConfig;
  readonly #plan: DialPlan;
  readonly #guesses: GuessBook;
  readonly #owners: Owners;
  readonly #suspicions: BoundedMap<string, Suspicion>;
  /** The accounts that each source failed at. */
  readonly #failedAt: BoundedTable;

  constructor(config: CompromiseConfig, plan: DialPlan = DEFAULT_DIAL_PLAN) {
    this.#config = { ...config };
    this.#plan = plan;
    const maxAccounts = config['max-accounts'];
    this.#guesses = new GuessBook({ maxAccounts, windowMs: config.window, times: config.guesses });
    this.#owners = new Owners(maxAccounts, config['known-for']);
    this.#suspicions = new BoundedMap(maxAccounts);
    this.#failedAt = new BoundedTable({
      maxKeys: config['max-sources'],
      words: FEW_WORDS,
      horizonMs: config.window,
    });
  }

  observe(signal: Signal): Finding | undefined {
    if (signal.user === '') return undefined;
    if (isCredentialFailure(signal)) {
      this.#failed(signal);
      return undefined;
    }
    if (signal.kind === 'register.ok') return this.#registered(signal);
    return signal.kind === 'call.started' ? this.#called(signal) : undefined;
  }

  expire(now: number): void {
    this.#guesses.expire(now);
    this.#owners.expire(now);
    this.#suspicions.expire(({ until }) => until < now);
    this.#failedAt.expire(now);
  }

  state(): DetectorState {
    const tables = [this.#guesses, this.#owners, this.#suspicions, this.#failedAt];
    return {
      tracked: tables.reduce((sum, { size }) => sum + size, 0),
      evicted: tables.reduce((sum, { evicted }) => sum + evicted, 0),
    };
  }

  snapshot(): Snapshot {
    return {
      guesses: this.#guesses.snapshot(),
      owners: this.#owners.snapshot(),
      suspicions: [...this.#suspicions.entries()],
      failedAt: this.#failedAt.snapshot(),
    };
  }

  restore(snapshot: unknown): boolean {
    const { guesses, owners, suspicions, failedAt } = snapshot as Snapshot;
    if (!this.#guesses.restore(guesses) || !this.#failedAt.restore(failedAt)) return false;
    this.#owners.restore(owners);
    for (const [account, suspicion] of suspicions) this.#suspicions.set(account, suspicion);
    return true;
  }

  #failed(signal: Signal): void {
    const { address, at } = signal;
    this.#guesses.failed(signal);
    const hash = accountHash(signal) & HASH_MASK;
    const table = this.#failedAt;
    if (!table.touch(address.high, address.low, at, hash)) return;
    const { record, base, firstTag, firstAt } = table;
    if (firstTag >= 0) addFew(record, base, firstAt, this.#config.window, firstTag);
    addFew(record, base, at, this.#config.window, hash);
  }

  #registered(signal: Signal): Finding | undefined {
    const account = aorOf(signal);
    const source = signal.address.countedText;
    const guesses = this.#guesses.at(signal);
    const isOwn = this.#owners.get(account, signal.at)?.sources.has(source) === true;
    if (guesses === undefined || guesses.count < this.#config.guesses || isOwn) {
      this.#accept(account, signal);
      return undefined;
    }
    const signs = this.#signs(account, guesses, signal);
    const { count, firstAt } = guesses;
    const failures = { count, firstAt, mayBeForged: this.#mayBeForged(guesses, signal) };
    if (signs.length > 0) {
      this.#guesses.forget(signal);
      return this.#find(signal, account, failures, signs);
    }
    if (this.#owners.get(account, signal.at) !== undefined) {
      const until = signal.at + this.#config['watch-for'];
      this.#suspicions.set(account, { ...failures, source, until });
    }
    this.#accept(account, signal);
    return undefined;
  }

  /**
   * Whether the success is nobody's invention but the failures before it may be: sent in the name of the source that got
   * in, or too few without what may be forged. A tool that never proves its source gets in without doing so, too.
   */
  #mayBeForged({ trusted }: Guesses, signal: Signal): boolean {
    if (signal.proven !== 'yes') return false;
    const isNamed = this.#guesses.hasFailed(signal) && !this.#guesses.hasTrulyFailed(signal);
    return isNamed || trusted < this.#config.guesses;
  }

  /** What speaks for a guess, in words. */
  #signs(account: string, guesses: Guesses, signal: Signal): string[] {
    const { address, at, userAgent } = signal;
    const config = this.#config;
    const { sources, count } = guesses;
    const agents = this.#owners.get(account, at)?.agents;
    // The same product in another version is an update, which comes to all phones on the same night.
    const isOwnAgent = agents?.has(productOf(userAgent)) === true;
    const agent = userAgent.toLowerCase();
    const signs: string[] = [];
    if (this.#guesses.isFast(signal, config.guesses, config['fast-within'])) {
      signs.push('its source had failed there faster than people and phones do');
    }
    if (this.#countFailedAt(address, at) >= config['other-accounts']) {
      signs.push('its source had failed at many accounts');
    }
    // Whoever mistypes on the road while many guess fails among them; with what the account has always had it is its owner.
    if (sources >= config['attacking-sources'] && !isOwnAgent && this.#guesses.hasFailed(signal)) {
      signs.push(`its source is one of ${sources} that attacked the account`);
    }
    if (SCANNER_USER_AGENTS.some((name) => agent.includes(name))) signs.push('its user agent is a known attack tool');
    const isNewAgent = agents !== undefined && agents.size > 0 && !isOwnAgent;
    if (count >= config['many-guesses'] && isNewAgent) signs.push('source and user agent are new to the account');
    return signs;
  }

  #countFailedAt({ high, low }: Signal['address'], at: number): number {
    const table = this.#failedAt;
    return table.peek(high, low) ? countFew(table.record, table.base, at, this.#config.window) : 0;
  }

  #accept(account: string, { address, userAgent, at }: Signal): void {
    // Whoever has registered it for long need not be asked about old failures; others' failures go on counting.
    this.#owners.registered(account, address.countedText, productOf(userAgent), at);
  }

  #called(signal: Signal): Finding | undefined {
    const { at, address, requestUri } = signal;
    const destination = destinationOf(dialledNumber(requestUri), this.#plan);
    if (!isCostly(destination)) return undefined;
    const account = aorOf(signal);
    const suspicion = this.#suspicions.get(account);
    const isNew = this.#owners.get(account, at)?.countries.has(destination.country) !== true;
    const isSuspect = suspicion !== undefined && suspicion.until >= at && suspicion.source === address.countedText;
    if (!isSuspect || !isNew) {
      this.#owners.called(account, destination.country, at);
      return undefined;
    }
    this.#suspicions.delete(account);
    const sign = 'its source is new to the account and called a country or kind of number that the account never had';
    return this.#find(signal, account, suspicion, [sign]);
  }

  #find(signal: Signal, aor: string, failures: Case, signs: readonly string[]): Finding {
    const { at, address, proven, userAgent } = signal;
    const { count, firstAt, mayBeForged } = failures;
    return {
      type: 'account_compromised',
      detector: this.name,
      severity: 'critical',
      subject: { kind: 'aor', aor },
      at,
      count,
      reason: `somebody got in after ${count} failures; ${signs.join('; ')}`,
      evidence: {
        firstAt,
        lastAt: at,
        proven,
        ...(mayBeForged ? { mayBeForged } : {}),
        samples: {
          sources: [address.countedText],
          ...(userAgent === '' ? {} : { 'user-agents': [userAgent] }),
        },
      },
      identity: `${this.name}:${aor}:${at}`,
    };
  }
}
