import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { storeConfig } from '../config.ts';
import { type Backend, storeTests } from '../store.testkit.ts';

const inMemory: Backend = {
  name: 'sqlite in memory',
  withPlace: (use) => use({ config: storeConfig.parse({ path: ':memory:' }), stateDir: tmpdir(), query: undefined }),
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
