/** What every store must do, whatever the database. Run by `sqlite.test.ts` and `mariadb.e2e.test.ts`. */
import { test } from 'node:test';
import type { StoreConfig } from './config.ts';
import { openStore } from './open-store.ts';
import type { Store } from './store.ts';
import { blockTests } from './testkit/blocks.testkit.ts';
import { campaignTests } from './testkit/campaigns.testkit.ts';
import { commitTests } from './testkit/commit.testkit.ts';
import { disabledTests } from './testkit/disabled.testkit.ts';
import { eventTests } from './testkit/events.testkit.ts';
import { overviewTests } from './testkit/overview.testkit.ts';
import { rememberedTests } from './testkit/remembered.testkit.ts';
import { retentionTests } from './testkit/retention.testkit.ts';
import { schemaTests } from './testkit/schema.testkit.ts';
import { textTests } from './testkit/text.testkit.ts';
import { viewTests } from './testkit/views.testkit.ts';

/** An empty database to open stores on. */
export interface Place {
  readonly config: StoreConfig;
  readonly stateDir: string;
  /** As another program sees the database; undefined if none can (in memory). */
  readonly query: ((sql: string) => Promise<Record<string, unknown>[]>) | undefined;
}

export interface Backend {
  readonly name: string;
  /** Lends an empty database. */
  withPlace(use: (place: Place) => Promise<void>): Promise<void>;
  /** Opens a store there; default: as the daemon does. */
  readonly open?: (place: Place) => Promise<Store>;
}

/** What the tests of one subject are given. */
export interface Kit {
  /** A test with an open store, which is closed after it. */
  readonly withStore: (name: string, use: (store: Store, place: Place) => Promise<void>) => void;
  /** A test of a database that other programs can open too. */
  readonly withDatabase: (
    name: string,
    use: (place: Place & { query: NonNullable<Place['query']> }) => Promise<void>,
  ) => void;
}

export function storeTests(backend: Backend, skip: string | false = false): void {
  const { open = ({ config, stateDir }) => openStore(config, { stateDir }) } = backend;
  const kit: Kit = {
    withStore: (name, use) =>
      void test(`${backend.name}: ${name}`, { skip }, () =>
        backend.withPlace(async (place) => {
          await using stack = new AsyncDisposableStack();
          const store = await open(place);
          stack.defer(() => store.close());
          await use(store, place);
        }),
      ),
    withDatabase: (name, use) =>
      void test(`${backend.name}: ${name}`, { skip }, async (t) =>
        backend.withPlace(async (place) => {
          if (place.query === undefined) t.skip('a database in memory has one user');
          else await use({ ...place, query: place.query });
        }),
      ),
  };
  for (const tests of SUBJECTS) tests(kit);
}

const SUBJECTS = [
  commitTests,
  textTests,
  eventTests,
  campaignTests,
  blockTests,
  disabledTests,
  overviewTests,
  rememberedTests,
  viewTests,
  retentionTests,
  schemaTests,
];
