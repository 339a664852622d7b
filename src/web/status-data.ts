import type { OperationResult, Operations } from '../daemon/operations.ts';
import type { StoredBlock, StoredCampaign, StoredDisabled, StoredEvent } from '../store/store.ts';

/** Everything the status page shows, at one moment. */
export interface StatusData {
  readonly now: number;
  readonly status: OperationResult<'status'>;
  readonly stats: OperationResult<'stats'>;
  readonly blocks: readonly StoredBlock[];
  readonly disabled: readonly StoredDisabled[];
  /** Those that belong to no campaign. */
  readonly events: readonly StoredEvent[];
  /** Of the last 24 hours, the latest first. */
  readonly campaigns: readonly StoredCampaign[];
}

export const SHOWN_ROWS = 15;
/** Any number of readers costs the store one look at a time, and the next no sooner than this. */
const FRESH_MS = 1000;

/** Reads what the page shows, at most once a second. */
export function statusReader(operations: Operations, clock: () => number): () => Promise<StatusData> {
  let last: Promise<StatusData> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (last === undefined || clock() - readAt >= FRESH_MS) {
      readAt = clock();
      last = read(operations, clock);
      last.catch(() => {
        // The reader gets the error; the next one tries again at once.
        last = undefined;
      });
    }
    return last;
  };
}

async function read(operations: Operations, clock: () => number): Promise<StatusData> {
  const [status, stats, { blocks }, { accounts: disabled }, { events }, { campaigns }] = await Promise.all([
    operations.status({}),
    operations.stats({ since: '24h' }),
    operations.blocks({ limit: SHOWN_ROWS, first: 'newest' }),
    operations.disabled({ limit: SHOWN_ROWS }),
    operations.events({ campaign: null, limit: SHOWN_ROWS }),
    operations.campaigns({ since: '24h', limit: SHOWN_ROWS }),
  ]);
  return { now: clock(), status, stats, blocks, disabled, events, campaigns };
}
