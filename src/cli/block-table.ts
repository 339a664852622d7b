import { wordsOf } from '../lib/target.ts';
import type { StoredBlock } from '../store/store.ts';
import type { Session } from './session.ts';
import { localTime, remaining } from './times.ts';

/** Blocks in force. */
export function blockTable(session: Session, blocks: readonly StoredBlock[]): string {
  const now = session.io.clock();
  return session.table(
    [{ title: 'TARGET' }, { title: 'SINCE' }, { title: 'ENDS' }, { title: 'BY' }, { title: 'REASON', flexible: true }],
    blocks.map(({ target, blockedAt, expiresAt, by, reason }) => [
      { text: wordsOf(target), tone: 'strong' },
      localTime(blockedAt),
      remaining(expiresAt, now),
      by,
      reason,
    ]),
  );
}

/** Blocks that have ended. */
export function endedBlockTable(session: Session, blocks: readonly StoredBlock[]): string {
  return session.table(
    [
      { title: 'TARGET' },
      { title: 'SINCE' },
      { title: 'ENDED' },
      { title: 'BECAUSE' },
      { title: 'REASON', flexible: true },
    ],
    blocks.map(({ target, blockedAt, expiresAt, unblockedAt, unblockReason, reason }) => {
      const ended = unblockedAt ?? expiresAt;
      return [
        wordsOf(target),
        localTime(blockedAt),
        ended === null ? '' : localTime(ended),
        unblockReason ?? 'expired',
        reason,
      ];
    }),
  );
}
