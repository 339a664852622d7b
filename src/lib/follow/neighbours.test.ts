import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { compareAge, listNeighbours, type Neighbour, rotationOf } from './neighbours.ts';

describe('rotationOf', () => {
  const table: readonly [string, string, string][] = [
    ['x.log', 'x.log.1', '.1'],
    ['x.log', 'x.log-20261123', '-20261123'],
    ['x.log', 'x.log-20261123-1763864688', '-20261123-1763864688'],
    ['x.log', 'x.log.2026-11-23T02:35', '.2026-11-23T02:35'],
    ['x.log', 'x.1.log', '.1'],
    ['x.log', 'x-20261123.log', '-20261123'],
    ['x', 'x.1', '.1'],
    ['x', 'x-20261123', '-20261123'],
    ['x.log', 'x.log', ''],
    ['x.log', 'x.log.1.gz', ''],
    ['x.log', 'x.log.old', ''],
    ['x.log', 'x.log1', ''],
    ['x.log', 'x-debug.log', ''],
    ['x.log', 'y.log.1', ''],
    ['x.log', 'x.log.', ''],
    ['xx.log', 'x.log', ''],
  ];
  for (const [base, name, rotation] of table) {
    it(`${name} beside ${base}`, () => assert.equal(rotationOf(base, name), rotation));
  }
});

describe('listNeighbours', () => {
  it('lists regular files beside the file and beside the target of a link', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'neighbours-'));
    try {
      mkdirSync(join(directory, 'real'));
      writeFileSync(join(directory, 'real', 'x.log'), '');
      writeFileSync(join(directory, 'real', 'x.log.1'), '');
      writeFileSync(join(directory, 'other'), '');
      symlinkSync('real/x.log', join(directory, 'link.log'));
      symlinkSync('nowhere', join(directory, 'broken'));
      const listed = await listNeighbours(join(directory, 'link.log'));
      assert.deepEqual(listed.map(({ path, rotation }) => [path.slice(directory.length), rotation]).toSorted(), [
        ['/link.log', ''],
        ['/other', ''],
        ['/real/x.log', ''],
        ['/real/x.log.1', '.1'],
      ]);
      assert.deepEqual(await listNeighbours(join(directory, 'missing', 'x.log')), []);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('compareAge', () => {
  const file = (mtimeNs: bigint, birthtimeNs: bigint, rotation: string) =>
    ({ path: '', stats: { mtimeNs, birthtimeNs }, rotation }) as Neighbour;
  const table: readonly [string, Neighbour, Neighbour][] = [
    ['written to before', file(1n, 5n, '.1'), file(2n, 1n, '.2')],
    ['made before', file(1n, 1n, '.1'), file(1n, 2n, '.2')],
    ['of a higher number', file(1n, 1n, '.10'), file(1n, 1n, '.9')],
    ['of an earlier date', file(1n, 1n, '-20261122'), file(1n, 1n, '-20261123')],
    ['rotated away', file(1n, 1n, '.1'), file(1n, 1n, '')],
  ];
  for (const [title, older, newer] of table) {
    it(`is older: ${title}`, () => {
      assert.ok(compareAge(older, newer) < 0);
      assert.ok(compareAge(newer, older) > 0);
    });
  }
});
