import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { storeConfig } from '../config.ts';
import { openEngine } from '../open-engine.ts';
import { SqlStore } from '../sql-store.ts';
import { type Backend, storeTests } from '../store.testkit.ts';

const inMemory: Backend = {
  name: 'sqlite in memory',
  withPlace: (use) => use({ config: storeConfig.parse({ path: ':memory:' }), stateDir: tmpdir(), query: undefined }),
  // Without a thread, which is tested with the file.
  open: async ({ config, stateDir }) => new SqlStore(await openEngine(config, stateDir)),
};

const inFile: Backend = {
  name: 'sqlite file',
  async withPlace(use) {
    const stateDir = await mkdtemp(join(tmpdir(), 'sipward-store-'));
    const query = async (sql: string) => {
      using database = new DatabaseSync(join(stateDir, 'sipward.db'));
      return database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row }));
    };
    try {
      await use({ config: storeConfig.parse({}), stateDir, query });
    } finally {
      await rm(stateDir, { recursive: true });
    }
  },
};

storeTests(inMemory);
storeTests(inFile);
