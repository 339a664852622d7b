import { resolve } from 'node:path';
import type { StoreConfig } from './config.ts';
import type { Engine } from './engine.ts';
import { migrate } from './migrate.ts';
import { openSqlite } from './sqlite/open-sqlite.ts';

/** Opens the configured database and brings its schema up to date. */
export async function openEngine(config: StoreConfig, stateDir: string): Promise<Engine> {
  const engine = await openDatabase(config, stateDir);
  try {
    await migrate(engine);
    return engine;
  } catch (error) {
    await engine.close();
    throw engine.storeError(error);
  }
}

async function openDatabase(config: StoreConfig, stateDir: string): Promise<Engine> {
  switch (config.type) {
    case 'sqlite':
      return openSqlite(sqlitePath(config.path, stateDir));
    case 'mysql': {
      // Loaded only where it is used: the driver takes 20 MB.
      const { openMysql } = await import('./mysql/open-mysql.ts');
      return openMysql(config);
    }
    default:
      return config satisfies never;
  }
}

/** `:memory:` is a database that is gone when closed. */
function sqlitePath(configured: string | undefined, stateDir: string): string {
  return configured === ':memory:' ? configured : resolve(stateDir, configured ?? 'sipward.db');
}
