import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import type { GeoDatabase } from '../intel/geo/geo-book.ts';
import { NO_GEOGRAPHY } from '../pipeline/intel.ts';
import { sourceHealth } from './health.testkit.ts';
import type { SourceHealth } from './health.ts';
import type { OperationsContext } from './operations-context.ts';
import { healthHandlers } from './operations-doctor.ts';

const SOURCE = sourceHealth();
const NOW = Date.UTC(2026, 0, 15);
const DAY = 86_400_000;

/** What the doctor says of the source. */
async function checkOf(source: Partial<SourceHealth>) {
  const checks = await checksOf(source, []);
  return checks.find(({ name }) => name === 'source edge') ?? assert.fail();
}

async function checksOf(source: Partial<SourceHealth>, databases: readonly GeoDatabase[]) {
  const health = { sources: [{ ...SOURCE, ...source }], enforcers: [], problems: [], warnings: [], remarks: [] };
  const context = {
    clock: () => NOW,
    geography: async () => ({ ...NO_GEOGRAPHY, databases, staleAfterMs: 180 * DAY }),
    store: { status: async () => ({ engine: 'sqlite', location: 'x', schemaVersion: 1, latestVersion: 1 }) },
    engine: { health: () => ({ enforcement: 'dry-run', ...health }) },
    daemon: true,
    stateDir: tmpdir(),
  } as unknown as OperationsContext;
  return (await healthHandlers(context).doctor({})).checks;
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

describe('doctor, of geographic data', () => {
  const own = { name: 'city', paths: ['/city.mmdb'], isShipped: false, builtAt: NOW - DAY, fault: undefined };
  for (const [name, database, state, found, advice] of [
    ['says how old it is', own, 'ok', /^\/city\.mmdb, of 2026-01-14 \(1 day old\)$/, /^$/],
    ['says so if its age is not known', { ...own, builtAt: undefined }, 'ok', /^\/city\.mmdb, of unknown age$/, /^$/],
    [
      'warns of a file that is not renewed any more',
      { ...own, builtAt: NOW - 180 * DAY },
      'warning',
      /, of 2025-07-19 \(180 days old\)$/,
      /still runs.*docs\/geographic-data\.md$/,
    ],
    [
      'says how to replace what comes with sipward when it is old',
      { ...own, isShipped: true, builtAt: NOW - 200 * DAY },
      'warning',
      /^what comes with sipward, of 2025-06-29/,
      /name a newer file in intel\.geo\.city, see docs\/geographic-data\.md$/,
    ],
    [
      'warns of a file that cannot be read',
      { ...own, fault: new Error('intel.geo.city: gone') },
      'warning',
      /^intel\.geo\.city: gone$/,
      /what was known before/,
    ],
  ] as const) {
    it(name, async () => {
      const checks = await checksOf({}, [database]);
      const check = checks.find((one) => one.name === 'geographic data city') ?? assert.fail();
      assert.equal(check.state, state);
      assert.match(check.found, found);
      assert.match(check.advice, advice);
    });
  }
});
