import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readSnapshot, writeSnapshot } from './snapshot-file.ts';

const STATE = {
  newestAt: 1_800_000_000_000,
  parts: new Map<string, unknown>([
    ['brute-force', { keys: new Int32Array([1, -2, 3]), records: new Uint32Array([2 ** 32 - 1]) }],
    ['policy', [{ ip: '198.51.100.7', accounts: new Map([['1001@example.com', 5]]) }]],
  ]),
};

async function withDir(story: (dir: string, path: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'sipward-snapshot-'));
  try {
    await story(dir, join(dir, 'detection.snapshot'));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('what is written is read again, arrays and maps too', () =>
  withDir(async (dir) => {
    assert.equal(await readSnapshot(dir), undefined, 'there is none yet');
    await writeSnapshot(dir, STATE);
    assert.deepEqual(await readSnapshot(dir), STATE);
  }));

test('a later one replaces it; what a crash left half written is of no concern', () =>
  withDir(async (dir, path) => {
    writeFileSync(`${path}.new`, 'half');
    await writeSnapshot(dir, STATE);
    await writeSnapshot(dir, { ...STATE, newestAt: 7 });
    assert.equal(((await readSnapshot(dir)) as typeof STATE).newestAt, 7);
  }));

test('only the owner may read it', () =>
  withDir(async (dir, path) => {
    await writeSnapshot(dir, STATE);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  }));

describe('a damaged one is refused, with its path', () => {
  const damages: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
    'cut short': (bytes) => bytes.subarray(0, -1),
    empty: () => Buffer.alloc(0),
    'a bit flipped': (bytes) => {
      const copy = Buffer.from(bytes);
      copy[40] = (copy[40] ?? 0) ^ 1;
      return copy;
    },
    'of another version': (bytes) => Buffer.concat([Buffer.from('sipward snapshot 9\n'), bytes.subarray(19)]),
    'something else': () => Buffer.from('PNG'.repeat(100)),
  };
  for (const [name, damage] of Object.entries(damages)) {
    test(name, () =>
      withDir(async (dir, path) => {
        await writeSnapshot(dir, STATE);
        writeFileSync(path, damage(readFileSync(path)));
        await assert.rejects(readSnapshot(dir), /detection\.snapshot: not a snapshot of this version, or damaged/);
      }),
    );
  }
});
