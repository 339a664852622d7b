/** Disabled accounts, from and to the store, as the daemon starts and as time passes. */
import type { Clock } from '../lib/clock.ts';
import type { Policy } from '../policy/policy.ts';
import type { Store, StoredDisabled } from '../store/store.ts';
import { enabledEvent, REHEARSED } from './records.ts';

export interface StoredAccountsParts {
  readonly store: Store;
  readonly policy: Pick<Policy, 'noteDisabled' | 'exemptsAccount'>;
  readonly clock: Clock;
  readonly log: { info(fields: object, message: string): void };
}

const PAGE = 10_000;
const EXPIRE_AT_ONCE = 1000;

/** All accounts that are disabled, a page at a time. */
export async function* disabledAccounts(store: Store, at: number): AsyncGenerator<StoredDisabled> {
  let after = 0;
  while (true) {
    const page = await store.disabledAccounts(at, after, PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.id;
  }
}

/** What is to be in force after a start, known to policy. Who may not be disabled any more is enabled. */
export async function restoreDisabled(
  parts: StoredAccountsParts,
  enforces: boolean,
): Promise<readonly { readonly aor: string; readonly expiresAt: number | undefined }[]> {
  const { store, policy, clock } = parts;
  const stored = await Array.fromAsync(disabledAccounts(store, clock()));
  const exempt = stored.filter(({ aor }) => policy.exemptsAccount(aor));
  await enable(parts, exempt, 'put on the allowlist');
  const rest = stored.filter((one) => !exempt.includes(one));
  // As with blocks: nobody is kept from calling for what was only tried.
  const rehearsed = enforces ? rest.filter(({ by }) => by.endsWith(REHEARSED)) : [];
  await enable(parts, rehearsed, 'decided in a dry run, ended as enforcement began');
  const inForce = rest.filter((one) => !rehearsed.includes(one));
  for (const { aor, expiresAt } of inForce) policy.noteDisabled(aor, expiresAt ?? Infinity);
  return inForce.map(({ aor, expiresAt }) => ({ aor, expiresAt: expiresAt ?? undefined }));
}

async function enable(
  { store, clock, log }: StoredAccountsParts,
  accounts: readonly StoredDisabled[],
  reason: string,
): Promise<void> {
  if (accounts.length === 0) return;
  const [aors, at] = [accounts.map(({ aor }) => aor), clock()];
  await store.enableAccounts(aors, at, reason);
  await store.addEvents(aors.map((aor) => enabledEvent(aor, at, reason)));
  log.info({ accounts: aors, reason }, 'accounts are enabled again');
}

/** Records whose time was up. The layers end them by themselves. */
export async function expireStored({ store, clock, log }: Omit<StoredAccountsParts, 'policy'>): Promise<void> {
  const over = await store.expireDisabled(clock(), EXPIRE_AT_ONCE);
  if (over.length === 0) return;
  await store.addEvents(over.map(({ aor, enabledAt }) => enabledEvent(aor, enabledAt ?? clock(), 'its time was up')));
  for (const { aor } of over) log.info({ account: aor }, 'account is enabled again, its time was up');
}
