import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GeoRound } from '../intel/geo/geo-book.ts';
import { GeoFiles } from './geo-files.ts';

function make(rounds: GeoRound[]) {
  const told: string[] = [];
  const files = new GeoFiles({
    book: { round: async () => rounds.shift() ?? assert.fail('no more rounds') },
    log: {
      info: (fields) => told.push(`info ${JSON.stringify(fields)}`),
      error: (fields) => told.push(`error ${JSON.stringify(fields)}`),
    },
    note: ({ type, severity, description }) => told.push(`${type} ${severity} ${description}`),
  });
  return { files, told };
}

test('what was read is logged; what cannot be is told of once, until it can', async () => {
  const broken = { read: [], faults: [new Error('intel.geo.city: gone')] };
  const { files, told } = make([broken, broken, { read: ['city'], faults: [] }, broken]);
  const story = [];
  for (let i = 0; i < 4; i++) {
    await files.round();
    story.push(told.splice(0));
  }
  const fault = [
    'error {"error":"intel.geo.city: gone"}',
    'sensor_silent error geographic data cannot be read: intel.geo.city: gone',
  ];
  assert.deepEqual(story, [fault, [], ['info {"database":"city"}'], fault]);
});

test('the files are read before it has started, and it stops', async () => {
  const { files, told } = make([{ read: ['country'], faults: [] }]);
  await using started = await files.start();
  assert.equal(started, files);
  assert.deepEqual(told, ['info {"database":"country"}']);
});
