import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { withFile } from './follow.testkit.ts';
import { TrackedFile } from './tracked-file.ts';

async function opened(path: string, use: (file: TrackedFile) => Promise<void>): Promise<void> {
  const file = await TrackedFile.open(path);
  assert.ok(file !== undefined);
  await using held = file;
  await use(held);
}

const read = async (file: TrackedFile) => {
  const space = Buffer.alloc(1000);
  const bytes = await file.read(space);
  if (bytes > 0) file.took(bytes);
  return bytes < 0 ? bytes : space.toString('latin1', 0, bytes);
};

describe('TrackedFile', () => {
  it('is undefined if there is no such file', () =>
    withFile(async (path) => assert.equal(await TrackedFile.open(path), undefined)));

  it('knows its place again by identity and content', () =>
    withFile(async (path) => {
      writeFileSync(path, 'one\n');
      await opened(path, async (file) => {
        assert.equal(await read(file), 'one\n');
        const { position } = file;
        assert.equal(position.offset, 4);
        appendFileSync(path, 'two\n');
        await opened(path, async (again) => {
          assert.ok(again.hasIdentity(position) && (await again.hasContent(position)));
          again.seek(position.offset);
          assert.equal(await read(again), 'two\n');
        });
        copyFileSync(path, `${path}.1`);
        await opened(`${path}.1`, async (copy) => {
          assert.deepEqual([copy.hasIdentity(position), await copy.hasContent(position)], [false, true]);
          assert.equal(copy.isCopyOf(file), false, 'it has more than the other was known to have');
        });
        writeFileSync(path, 'new\n');
        assert.equal(await file.hasContent(position), false);
      });
    }));

  it('says when it was emptied, however much was written anew', () =>
    withFile(async (path) => {
      for (const anew of ['', 'x\n', 'other\n', 'other, and longer than before\n'.repeat(20)]) {
        writeFileSync(path, 'first line\n');
        await opened(path, async (file) => {
          assert.equal(await read(file), 'first line\n');
          truncateSync(path);
          appendFileSync(path, anew);
          const { fingerprint } = file.position;
          assert.equal(await read(file), -1);
          assert.equal(file.position.fingerprint, fingerprint);
        });
      }
    }));

  it('says when it was emptied between being opened and being read', () =>
    withFile(async (path) => {
      writeFileSync(path, 'first\n');
      await opened(path, async (file) => {
        assert.equal(file.isBlank, false);
        writeFileSync(path, 'other\n');
        assert.equal(await read(file), -1);
      });
    }));

  it('takes as its fingerprint what it knows, up to 256 bytes', () =>
    withFile(async (path) => {
      writeFileSync(path, '');
      await opened(path, async (file) => {
        assert.equal(file.position.fingerprint, '0:');
        for (const [written, known] of [
          [1, 1],
          [254, 255],
          [10, 256],
          [10, 256],
        ] as const) {
          appendFileSync(path, 'x'.repeat(written));
          await read(file);
          assert.match(file.position.fingerprint, new RegExp(`^${known}:[0-9a-f]{16}$`));
          assert.ok(await file.hasContent(file.position));
        }
      });
    }));
});
