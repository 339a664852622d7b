/** The web application over a real store in memory, with a health that tests can set. */
import { configSchema } from '../config/schema.ts';
import { noEngine } from '../daemon/engine.ts';
import { sourceHealth } from '../daemon/health.testkit.ts';
import type { Health } from '../daemon/health.ts';
import type { Operations } from '../daemon/operations.ts';
import { localOperations } from '../daemon/operations-local.ts';
import { NO_GEOGRAPHY } from '../pipeline/intel.ts';
import { openEngine } from '../store/open-engine.ts';
import { SqlStore } from '../store/sql-store.ts';
import type { Store } from '../store/store.ts';
import { webApp } from './app.ts';

export const NOW = Date.UTC(2026, 0, 2, 12, 30);

export interface WebBench {
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Response>;
  readonly store: Store;
  readonly operations: Operations;
  readonly health: { current: Health };
  readonly errors: unknown[];
  readonly time: { now: number };
  readonly app: ReturnType<typeof webApp>;
}

export const HEALTHY: Health = {
  ...noEngine('enforce').health(),
  state: 'ok',
  startedAt: NOW - 3_600_000,
  signals: 1234,
  findings: 5,
  activeBlocks: 2,
  sources: [
    sourceHealth({
      type: 'opensips-events',
      lines: 1300,
      signals: 1234,
      unrecognised: 3,
      restarts: 1,
      lastSignalAt: NOW - 2000,
    }),
    sourceHealth({ name: 'decoy', type: 'decoy' }),
  ],
  detectors: [{ name: 'brute-force', mode: 'enforce', findings: 5, tracked: 17, evicted: 0 }],
  enforcers: [
    {
      name: 'nftables',
      state: 'ok',
      error: null,
      enforces: true,
      accounts: false,
      entries: 2,
      repairs: 1,
      dropped: 1675,
    },
  ],
};

export async function withWeb(
  use: (bench: WebBench) => Promise<void>,
  allowedHosts: readonly string[] = [],
): Promise<void> {
  const store = new SqlStore(await openEngine({ type: 'sqlite', path: ':memory:' }, ''));
  const health = { current: HEALTHY };
  const time = { now: NOW };
  const errors: unknown[] = [];
  const engine = { ...noEngine('enforce'), health: () => health.current };
  const clock = () => time.now;
  const day = 86_400_000;
  const retention = { signalsMs: 30 * day, eventsMs: 365 * day, blocksMs: 365 * day };
  const operations = localOperations({
    store,
    engine,
    daemon: true,
    clock,
    geography: async () => ({ ...NO_GEOGRAPHY, country: () => 'NL', databases: [], staleAfterMs: Infinity }),
    retention,
    config: configSchema.parse({}),
    stateDir: '/',
    implied: () => [],
    exemptsAccount: () => false,
  });
  const onError = (error: unknown) => void errors.push(error);
  const app = webApp({ operations, health: () => health.current, allowedHosts, clock, onError });
  try {
    const get: WebBench['get'] = async (path, headers = {}) =>
      app.request(`http://127.0.0.1:8060${path}`, { headers: { host: '127.0.0.1:8060', ...headers } });
    await use({ get, store, operations, health, errors, time, app });
  } finally {
    await store.close();
  }
}
