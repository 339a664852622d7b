import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GeoDatabase } from '../intel/geo/geo-book.ts';
import { GeoFiles } from './geo-files.ts';
import { toldEvents } from './own-events.testkit.ts';

const NOW = Date.UTC(2026, 0, 15);
const DAY = 86_400_000;
const CITY: GeoDatabase = {
  name: 'city',
  paths: ['/city.mmdb'],
  isShipped: false,
  builtAt: NOW - 3 * DAY,
  fault: undefined,
};
const GONE = { ...CITY, fault: new Error('intel.geo.city: gone') };

/** What is told in each round, of the database as it then is; a round a day. */
async function story(databases: readonly GeoDatabase[]): Promise<readonly (readonly string[])[]> {
  const told: string[] = [];
  let day = 0;
  const files = new GeoFiles({
    book: {
      round: async () => {
        const { fault } = databases[day] ?? assert.fail();
        return { read: fault === undefined ? ['city'] : [], faults: fault === undefined ? [] : [fault] };
      },
      get databases() {
        return [databases[day] ?? assert.fail()];
      },
      staleAfterMs: 5 * DAY,
    },
    clock: () => NOW + day * DAY,
    log: {
      info: (fields) => told.push(`info ${JSON.stringify(fields)}`),
      error: (fields) => told.push(`error ${JSON.stringify(fields)}`),
    },
    events: toldEvents(told, ({ type, severity, description }) => `${type} ${severity} ${description}`).events,
  });
  const days = [];
  for (; day < databases.length; day++) {
    await files.round();
    days.push(told.splice(0));
  }
  return days;
}

const READ = 'info {"database":"city"}';

describe('geographic data', () => {
  test('that was read is logged; that cannot be is told of once, until it can', async () => {
    const fresh = { ...CITY, builtAt: NOW };
    const fault = (day: number) => [
      'error {"error":"intel.geo.city: gone"}',
      `sensor_silent error geographic data city (/city.mmdb) cannot be read since 2026-01-${day}T00:00:00.000Z (intel.geo.city: gone): what is known from it grows old`,
    ];
    assert.deepEqual(await story([GONE, GONE, fresh, { ...GONE, builtAt: NOW }]), [
      fault(15),
      [],
      [READ, 'sensor_resumed info geographic data city (/city.mmdb) is renewed, after 2d'],
      fault(18),
    ]);
  });

  test('of the operator that grows old is told of once, and when it is renewed', async () => {
    const days = await story([CITY, CITY, CITY, CITY, { ...CITY, builtAt: NOW + 3 * DAY }]);
    assert.deepEqual(days, [
      [READ],
      [READ],
      [
        READ,
        'sensor_silent error geographic data city (/city.mmdb) has given nothing new since 2026-01-12T00:00:00.000Z: what is known from it grows old',
      ],
      [READ],
      [READ, 'sensor_resumed info geographic data city (/city.mmdb) is renewed, after 7d'],
    ]);
  });

  test('that comes with sipward, or does not say its age, may be of any', async () => {
    const old = { ...CITY, builtAt: 0 };
    assert.deepEqual(
      await story([
        { ...old, isShipped: true },
        { ...old, builtAt: undefined },
      ]),
      [[READ], [READ]],
    );
  });
});

test('the files are read before it has started, and it stops', async () => {
  let rounds = 0;
  const log = { info: () => assert.fail(), error: () => assert.fail() };
  const book = { round: async () => ({ read: [], faults: [], rounds: rounds++ }), databases: [], staleAfterMs: 1 };
  const files = new GeoFiles({ book, clock: () => NOW, log, events: toldEvents([], () => assert.fail()).events });
  await using started = await files.start();
  assert.equal(started, files);
  assert.equal(rounds, 1);
});
