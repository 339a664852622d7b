import type { StoredDisabled } from '../store/store.ts';
import type { Session } from './session.ts';
import { localTime, remaining } from './times.ts';

/** Accounts that are disabled. */
export function disabledTable(session: Session, accounts: readonly StoredDisabled[]): string {
  const now = session.io.clock();
  return session.table(
    [{ title: 'ACCOUNT' }, { title: 'SINCE' }, { title: 'ENDS' }, { title: 'BY' }, { title: 'REASON', flexible: true }],
    accounts.map(({ aor, disabledAt, expiresAt, by, reason }) => [
      { text: aor, tone: 'strong' },
      localTime(disabledAt),
      remaining(expiresAt, now),
      by,
      reason,
    ]),
  );
}

/** Accounts that were. */
export function enabledTable(session: Session, accounts: readonly StoredDisabled[]): string {
  return session.table(
    [
      { title: 'ACCOUNT' },
      { title: 'SINCE' },
      { title: 'ENDED' },
      { title: 'BECAUSE' },
      { title: 'REASON', flexible: true },
    ],
    accounts.map(({ aor, disabledAt, expiresAt, enabledAt, enableReason, reason }) => {
      const ended = enabledAt ?? expiresAt;
      return [aor, localTime(disabledAt), ended === null ? '' : localTime(ended), enableReason ?? 'expired', reason];
    }),
  );
}
