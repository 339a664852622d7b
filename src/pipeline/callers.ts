import { domainOf, userOf } from '../lib/account.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import { aorOf } from './aor.ts';
import { makeSignal } from './make-signal.ts';
import type { Signal } from './signal.ts';

const MAX_ACCOUNTS = 65_536;
/** As long as detectors remember an account that does nothing. */
const KEEP_MS = 60 * 86_400_000;
/** Moved to the young end now and then: not for every registration, for that is what costs. */
const REFRESH_MS = 3_600_000;
/** How back ends refuse credentials: with another challenge, or for good. */
const REFUSALS: readonly number[] = [401, 403, 407];

interface Known {
  /** The account of credentials, or the credentials of an account. */
  readonly name: string;
  readonly at: number;
}

type Entries = readonly (readonly [key: string, known: Known])[];

interface Snapshot {
  readonly accounts: Entries;
  readonly credentials: Entries;
}

/**
 * Who makes a call: the account whose credentials were accepted for it, and else From. Back ends that go by the
 * credentials alone let a caller write anybody into From (docs/decisions/who-makes-a-call.md).
 *
 * An account need not have the name of its credentials (Asterisk's `auth` sections): which is whose is learnt from
 * registrations. Only accepted ones make an entry, so strangers cannot fill this.
 */
export class Callers {
  /** By credentials: the account that registered with them last. */
  readonly #accounts: BoundedMap<string, Known>;
  /** By account: the credentials it registered with last. */
  readonly #credentials: BoundedMap<string, Known>;

  constructor(maxAccounts = MAX_ACCOUNTS) {
    this.#accounts = new BoundedMap(maxAccounts);
    this.#credentials = new BoundedMap(maxAccounts);
  }

  get size(): number {
    return this.#accounts.size + this.#credentials.size;
  }

  get evicted(): number {
    return this.#accounts.evicted + this.#credentials.evicted;
  }

  /** The signal as one about the account that made the call; the same where From names it, and where it is about no call. */
  attribute(signal: Signal): Signal {
    if (signal.authUser === '') return signal;
    if (signal.kind === 'register.ok') {
      this.#learn(aorOf(signal), credentialsOf(signal), signal.at);
      return signal;
    }
    if (!isAcceptedCall(signal)) return signal;
    const account = this.#accountOf(signal);
    if (account === aorOf(signal)) return signal;
    return makeSignal(signal.kind as 'malformed', { ...signal, user: userOf(account), domain: domainOf(account) });
  }

  expire(now: number): void {
    for (const known of [this.#accounts, this.#credentials]) known.expireOldest(({ at }) => now - at > KEEP_MS);
  }

  snapshot(): Snapshot {
    return { accounts: [...this.#accounts.entries()], credentials: [...this.#credentials.entries()] };
  }

  /** @param state what `snapshot` gave */
  restore(state: unknown): boolean {
    const { accounts, credentials } = state as Snapshot;
    for (const [key, known] of accounts) this.#accounts.set(key, known);
    for (const [key, known] of credentials) this.#credentials.set(key, known);
    return true;
  }

  #learn(account: string, credentials: string, at: number): void {
    const before = this.#accounts.get(credentials);
    if (before?.name === account && at - before.at < REFRESH_MS) return;
    this.#accounts.set(credentials, { name: account, at });
    this.#credentials.set(account, { name: credentials, at });
  }

  /** Several accounts may share credentials: then From tells them apart, among those that registered with these. */
  #accountOf(signal: Signal): string {
    const credentials = credentialsOf(signal);
    if (this.#credentials.get(aorOf(signal))?.name === credentials) return aorOf(signal);
    return this.#accounts.get(credentials)?.name ?? namedBy(signal);
  }
}

/** Some databases that back ends ask take a capital for its small letter. */
function credentialsOf({ authUser, authRealm }: Signal): string {
  return `${authUser} ${authRealm}`.toLowerCase();
}

/**
 * The account of credentials that never registered. Its domain is the realm, which the back end chose, unless that is no
 * domain but a word such as `asterisk`.
 */
function namedBy({ authUser, authRealm, domain }: Signal): string {
  const name = authUser.toLowerCase();
  if (name.includes('@')) return name;
  return `${name}@${authRealm.includes('.') ? authRealm.toLowerCase() : domain}`;
}

function isAcceptedCall({ kind, status }: Signal): boolean {
  switch (kind) {
    case 'call.started':
    case 'call.answered':
    case 'call.ended':
    case 'fraud.threshold':
      return true;
    case 'call.failed':
      return !REFUSALS.includes(status);
    default:
      return false;
  }
}
