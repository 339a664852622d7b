import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { configSchema } from '../config/schema.ts';
import { NO_GEOGRAPHY } from '../pipeline/intel.ts';
import { openEngine } from '../store/open-engine.ts';
import { SqlStore } from '../store/sql-store.ts';
import { controlApp } from './control-server.ts';
import { noEngine } from './engine.ts';
import { OPERATION_NAMES } from './operations.ts';
import { localOperations } from './operations-local.ts';

const NOW = Date.UTC(2026, 0, 1);

/** Values that get past the first checks more often than random ones. */
const likely = fc.constantFrom<unknown>(
  '203.0.113.7',
  '203.0.113.0/24',
  '2001:db8::1',
  '::/0',
  '1h',
  'forever',
  '0',
  '2026-01-01',
  '9999-12-31T23:59:59Z',
  '0000-01-01',
  '36500d',
  0,
  1,
  -1,
  1e300,
  true,
  '',
  '%',
  "' OR 1=1 --",
  '1001@example.com',
  'brute_force_detected',
);
const keys = fc.constantFrom(
  'address',
  'for',
  'reason',
  'by',
  'force',
  'after',
  'limit',
  'subject',
  'entries',
  'type',
  'severity',
  'since',
  'source',
  'resolved',
  'id',
);
const entries = fc.array(fc.record({ address: likely, description: fc.oneof(likely, fc.string()) }), { maxLength: 3 });
const input = fc.dictionary(keys, fc.oneof({ weight: 4, arbitrary: likely }, entries, fc.jsonValue()), { maxKeys: 5 });

describe('the control socket with any input', () => {
  it('answers, or refuses with a reason; it never fails', async () => {
    const store = new SqlStore(await openEngine({ type: 'sqlite', path: ':memory:' }, ''));
    const failures: unknown[] = [];
    const app = controlApp(
      localOperations({
        store,
        engine: noEngine('enforce'),
        daemon: true,
        clock: () => NOW,
        geography: async () => ({ ...NO_GEOGRAPHY, databases: [], staleAfterMs: Infinity }),
        config: configSchema.parse({}),
        retention: { signalsMs: 0, eventsMs: 0, blocksMs: 0 },
        stateDir: '/',
        implied: () => [],
        exemptsAccount: () => false,
      }),
      (error) => failures.push(error),
    );
    try {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...OPERATION_NAMES), input, async (name, body) => {
          const response = await app.request(`/${name}`, { method: 'POST', body: JSON.stringify(body) });
          const answer = (await response.json()) as { readonly problems?: readonly { readonly message: string }[] };
          assert.deepEqual(failures, [], `${name} ${JSON.stringify(body)}`);
          assert.ok([200, 400, 404, 409].includes(response.status), String(response.status));
          if (response.status !== 200) for (const { message } of answer.problems ?? []) assert.notEqual(message, '');
        }),
        { numRuns: 600 },
      );
    } finally {
      await store.close();
    }
  });

  it('refuses what is no JSON object', async () => {
    const app = controlApp({} as never, () => {});
    for (const body of ['', '{', 'null', '[]', '7', '"x"']) {
      const response = await app.request('/blocks', { method: 'POST', body });
      assert.notEqual(response.status, 200, body);
    }
  });
});
