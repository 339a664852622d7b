import type { Engine } from './engine.ts';
import { openEngine } from './open-engine.ts';

/** Lends an empty database in memory, in this thread. */
export async function withEngine(use: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await openEngine({ type: 'sqlite', path: ':memory:' }, '.');
  try {
    await use(engine);
  } finally {
    await engine.close();
  }
}
