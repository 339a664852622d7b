import { canonicalAor, domainOf } from '../lib/account.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import { formatDuration } from '../lib/duration.ts';
import { Network } from '../lib/network.ts';
import type { Decision, ReasonCode } from '../pipeline/decision.ts';
import type { Finding } from '../pipeline/finding.ts';
import type { PolicyConfig } from './config.ts';

type Verdict = Pick<Decision, 'action' | 'code' | 'reason' | 'seconds'>;

export interface AccountsOptions {
  readonly config: PolicyConfig['accounts'];
  /** Whether the allowlist of addresses holds this one. */
  readonly isAllowlisted: (source: Network) => boolean;
}

/** Disabled accounts remembered at most: each costs an attacker a password. */
const MAX_DISABLED = 10_000;

/**
 * What is done about findings on accounts. Only critical ones say that somebody else uses the account: of one that is
 * only tried by many (`distributed`), disabling it would do what the attacker could not.
 */
export class Accounts {
  readonly #config: PolicyConfig['accounts'];
  /** Whether an account, or its domain, is never disabled. Asked with its one spelling. */
  readonly exempts: (aor: string) => boolean;
  readonly #isAllowlisted: AccountsOptions['isAllowlisted'];
  /** Until when, ms since the epoch, by account. */
  readonly #disabled = new BoundedMap<string, number>(MAX_DISABLED);
  /** Those that detectors in dry run would have disabled. */
  readonly #rehearsed = new BoundedMap<string, number>(MAX_DISABLED);

  constructor({ config, isAllowlisted }: AccountsOptions) {
    this.#config = config;
    this.exempts = accountAllowlist(config.allowlist);
    this.#isAllowlisted = isAllowlisted;
  }

  get size(): number {
    return this.#disabled.size;
  }

  get evicted(): number {
    return this.#disabled.evicted;
  }

  noteDisabled(aor: string, until: number): void {
    this.#disabled.set(aor, until);
  }

  noteEnabled(aor: string): void {
    this.#disabled.delete(aor);
  }

  /** @param isRehearsal the detector is in dry run: what is decided about it hides nothing from the others */
  judge(finding: Finding, account: string, isRehearsal: boolean): Verdict {
    const aor = canonicalAor(account);
    const { severity, reason, at } = finding;
    const { 'on-attack': onAttack, 'disable-for': disableMs } = this.#config;
    if (severity !== 'critical') return undone('watch', 'no_address', 'no single address to block');
    if (onAttack === 'watch')
      return undone('watch', 'no_address', 'attacks on accounts are only watched, as configured');
    if (this.exempts(aor)) {
      return undone('hold', 'allowlisted', `held, the account is on the allowlist of those never disabled: ${reason}`);
    }
    if (onAttack === 'hold') {
      return undone('hold', 'no_address', `held, a person decides about the account: ${reason}`);
    }
    if (this.#isFromAllowlisted(finding)) {
      return undone('hold', 'allowlisted', `held, the address that used the account is on the allowlist: ${reason}`);
    }
    if (finding.evidence.mayBeForged === true) {
      return undone('hold', 'unproven', `held, what speaks against who used the account may be forged: ${reason}`);
    }
    const book = isRehearsal ? this.#rehearsed : this.#disabled;
    if ([this.#disabled, book].some((one) => (one.get(aor) ?? 0) > at)) {
      return undone('ignore', 'already_disabled', 'is disabled already');
    }
    book.set(aor, at + disableMs);
    const seconds = Math.round(disableMs / 1000);
    return {
      action: 'block',
      code: 'threshold',
      seconds,
      reason: `disabled for ${formatDuration(disableMs)}: ${reason}`,
    };
  }

  expire(now: number): void {
    for (const book of [this.#disabled, this.#rehearsed]) book.expire((until) => until < now);
  }

  /** Whether all of the sources that the evidence names are on the allowlist: nothing is done against these, ever. */
  #isFromAllowlisted({ evidence }: Finding): boolean {
    const sources = (evidence.samples.sources ?? []).flatMap((text) => Network.parse(text) ?? []);
    return sources.length > 0 && sources.every((source) => this.#isAllowlisted(source));
  }
}

/** Whether an account, or its domain, stands in the list. Asked with its one spelling. */
export function accountAllowlist(entries: readonly string[]): (aor: string) => boolean {
  const held = new Set(entries);
  return (aor) => held.has(aor) || held.has(domainOf(aor));
}

function undone(action: Verdict['action'], code: ReasonCode, reason: string): Verdict {
  return { action, code, seconds: 0, reason };
}
