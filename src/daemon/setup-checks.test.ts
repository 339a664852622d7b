import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { configSchema } from '../config/schema.ts';
import { NO_GEOGRAPHY } from '../pipeline/intel.ts';
import { eventsFileCheck, geoChecks, opensipsPlaceCheck, webCheck } from './setup-checks.ts';

const NOW = Date.UTC(2026, 0, 15);
const DAY = 86_400_000;

describe('the port of the web page', () => {
  it('is free, or taken by another program', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') assert.fail();
    const where = `127.0.0.1:${address.port}`;
    const ask = (web: object) => webCheck({ config: configSchema.parse({ web }) });
    try {
      const [taken = assert.fail()] = await ask({ listen: where });
      assert.deepEqual([taken.state, taken.found], ['warning', `${where} is taken by another program`]);
      assert.match(taken.advice, /ss -ltnp .*, or set web\.listen$/);
      assert.deepEqual(await ask({ listen: where, enabled: false }), []);
      assert.deepEqual(await ask({ listen: '127.0.0.1:0' }), []);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    const [free = assert.fail()] = await ask({ listen: where });
    assert.deepEqual([free.state, free.found], ['ok', `${where} is free`]);
  });
});

describe('the file that OpenSIPS writes its events to', () => {
  const withFolder = (use: (path: (name: string) => string) => void) => {
    const folder = mkdtempSync(join(tmpdir(), 'sipward-setup-'));
    try {
      use((name) => join(folder, name));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const check = (opensips: object, path: string) =>
    eventsFileCheck({ config: configSchema.parse({ opensips, sources: { edge: { type: 'file-tail', path } } }) });

  it('is nobody’s business where no OpenSIPS was configured', () =>
    withFolder((path) => assert.deepEqual(check({ dir: path('none'), events: path('nor') }, '/x.log'), [])));

  it('is read by a source, also through a symbolic link', () =>
    withFolder((path) => {
      writeFileSync(path('events.log'), '');
      symlinkSync(path('events.log'), path('link.log'));
      for (const read of ['events.log', 'link.log']) {
        const [one = assert.fail()] = check({ dir: path('none'), events: path('events.log') }, path(read));
        assert.deepEqual([one.state, one.found], ['ok', `${path('events.log')} is read by edge`]);
      }
    }));

  it('is read by nobody: a warning, with what to add', () =>
    withFolder((path) => {
      const opensips = { dir: path('.'), events: path('events.log') };
      const [one = assert.fail()] = check(opensips, path('other.log'));
      assert.equal(one.state, 'warning');
      assert.equal(
        one.found,
        `no source reads ${path('events.log')}, which the rendered configuration writes (opensips.events)`,
      );
      assert.equal(one.advice, `add to sources: edge: {type: file-tail, path: ${path('events.log')}}`);
      assert.deepEqual(check({ ...opensips, stream: '192.0.2.9:8050' }, path('other.log')), []);
    }));
});

describe('where the enforcer and the rendered configuration look for OpenSIPS', () => {
  const check = (opensips: object, enforcer: object) =>
    opensipsPlaceCheck({ config: configSchema.parse({ opensips, enforcers: { opensips: enforcer } }) });

  it('is the same place, or none is used', () => {
    assert.deepEqual(check({}, { enabled: true }), []);
    assert.deepEqual(check({ dir: '/srv/a' }, { enabled: true, dir: '/srv/a/' }), []);
    assert.deepEqual(check({ dir: '/srv/a' }, {}), []);
  });

  it('is not: a warning that names both keys', () => {
    const found = check({ dir: '/srv/a', mi: 'http://127.0.0.1:9/mi' }, { enabled: true }).map((one) => one.found);
    assert.deepEqual(found, [
      'enforcers.opensips.dir is /etc/opensips/sipward, but opensips.dir is /srv/a',
      'enforcers.opensips.mi is http://127.0.0.1:8888/mi, but opensips.mi is http://127.0.0.1:9/mi',
    ]);
  });
});

describe('geographic data', () => {
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
      'goes by the calendar, as the day does',
      { ...own, builtAt: NOW - 1 },
      'ok',
      /, of 2026-01-14 \(1 day old\)$/,
      /^$/,
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
      const places = { ...NO_GEOGRAPHY, databases: [database], staleAfterMs: 180 * DAY };
      const [check = assert.fail()] = await geoChecks({ clock: () => NOW, geography: async () => places });
      assert.deepEqual([check.name, check.state], ['geographic data city', state]);
      assert.match(check.found, found);
      assert.match(check.advice, advice);
    });
  }
});
