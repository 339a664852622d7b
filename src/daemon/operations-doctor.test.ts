import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { configSchema } from '../config/schema.ts';
import { NO_GEOGRAPHY } from '../pipeline/intel.ts';
import { sourceHealth } from './health.testkit.ts';
import type { SourceHealth } from './health.ts';
import type { OperationsContext } from './operations-context.ts';
import { healthHandlers } from './operations-doctor.ts';

const SOURCE = sourceHealth();

/** What the doctor says of the source. */
async function checkOf(source: Partial<SourceHealth>) {
  const health = { sources: [{ ...SOURCE, ...source }], enforcers: [], problems: [], warnings: [], remarks: [] };
  const context = {
    config: configSchema.parse({}),
    geography: async () => ({ ...NO_GEOGRAPHY, databases: [], staleAfterMs: 1 }),
    store: { status: async () => ({ engine: 'sqlite', location: 'x', schemaVersion: 1, latestVersion: 1 }) },
    engine: { health: () => ({ enforcement: 'dry-run', ...health }) },
    daemon: true,
    stateDir: tmpdir(),
  } as unknown as OperationsContext;
  const { checks } = await healthHandlers(context).doctor({});
  return checks.find(({ name }) => name === 'source edge') ?? assert.fail();
}

describe('doctor, of a source', () => {
  for (const [name, source, state, found, advice] of [
    ['is content', { signals: 5 }, 'ok', /^5 signals, 0 lines not understood, 0 lost$/, /^$/],
    [
      'names a file that is not there',
      { missing: '/x.log cannot be found' },
      'warning',
      /^\/x\.log cannot.*; 0 signals/,
      /correct its path/,
    ],
    [
      'suspects the format if nothing was understood',
      { unrecognised: 3, samples: ['a', 'b'] },
      'warning',
      /; not understood: a; not understood: b$/,
      /check its format/,
    ],
    [
      'puts silence first',
      { silence: 'edge gave no signal', missing: '/x.log cannot be found' },
      'warning',
      /^edge gave no signal; 0/,
      /silence\.except/,
    ],
    ['says what was lost', { signals: 5, lost: 2 }, 'warning', /2 lost$/, /^$/],
    [
      'fails with it',
      { state: 'failing', error: 'EADDRINUSE' },
      'failed',
      /^failing: EADDRINUSE$/,
      /log of the daemon/,
    ],
  ] as const) {
    it(name, async () => {
      const check = await checkOf(source);
      assert.equal(check.state, state);
      assert.match(check.found, found);
      assert.match(check.advice, advice);
    });
  }
});
