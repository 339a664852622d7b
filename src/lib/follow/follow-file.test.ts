import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { following, readOn, withFile } from './follow.testkit.ts';
import { type Block, followFile } from './follow-file.ts';

describe('followFile: where it begins', () => {
  it('at the end of a file that is there, when told so, or at its beginning', () =>
    withFile(async (path) => {
      writeFileSync(path, 'old\n');
      await following(path, { start: 'end' }, async ({ next }) => {
        assert.deepEqual(await next(0), []);
        appendFileSync(path, 'new\n');
        assert.deepEqual(await next(1), ['new']);
      });
      assert.deepEqual((await readOn(path, undefined, 2)).lines, ['old', 'new']);
    }));

  it('at the start of the line that is being written', () =>
    withFile(async (path) => {
      writeFileSync(path, 'old\nbeg');
      await following(path, { start: 'end' }, async ({ next }) => {
        assert.deepEqual(await next(0), []);
        appendFileSync(path, 'un\n');
        assert.deepEqual(await next(1), ['begun']);
      });
    }));

  it('says so before any line was read, so that a second run loses nothing', () =>
    withFile(async (path) => {
      writeFileSync(path, 'old\n');
      const position = await following(path, { start: 'end' }, async ({ next }) => void (await next(0)));
      appendFileSync(path, 'between\n');
      assert.deepEqual((await readOn(path, position, 1, { start: 'end' })).lines, ['between']);
    }));

  it('at the beginning of a file, and a directory, that are made later', () =>
    withFile(async (file) => {
      const path = join(dirname(file), 'made', 'later', 'x.log');
      const position = await following(path, { start: 'end' }, async ({ next }) => {
        assert.deepEqual(await next(0), []);
        mkdirSync(dirname(path), { recursive: true });
        assert.deepEqual(await next(0), []);
        writeFileSync(path, 'first\n');
        assert.deepEqual(await next(1), ['first']);
      });
      assert.deepEqual((await readOn(path, position, 0)).lines, []);
    }));

  it('at the beginning of a file that was made while it was not running, if there was none before', () =>
    withFile(async (path) => {
      const position = await following(path, { start: 'end' }, async ({ next }) => void (await next(0)));
      writeFileSync(path, 'first\n');
      assert.deepEqual((await readOn(path, position, 1, { start: 'end' })).lines, ['first']);
    }));
});

describe('followFile: lines', () => {
  it('gives a line when it is complete', () =>
    withFile(async (path) => {
      writeFileSync(path, '');
      await following(path, {}, async ({ next }) => {
        for (const piece of ['a', 'b', 'c']) {
          appendFileSync(path, piece);
          assert.deepEqual(await next(0), []);
        }
        appendFileSync(path, '\nd');
        assert.deepEqual(await next(1), ['abc']);
      });
    }));

  it('gives a line within milliseconds', () =>
    withFile(async (path) => {
      writeFileSync(path, '');
      const stop = new AbortController();
      const options = {
        path,
        position: undefined,
        start: 'end',
        stop: stop.signal,
        maxLineBytes: 65536,
        maxLines: 10,
      } as const;
      const blocks = followFile({ ...options, onFault: assert.ifError });
      await blocks.next();
      const took: number[] = [];
      for (let i = 0; i < 50; i++) {
        const pending = blocks.next();
        await sleep(5);
        const written = performance.now();
        appendFileSync(path, `line ${i}\n`);
        await pending;
        took.push(performance.now() - written);
      }
      stop.abort();
      await blocks.return(undefined);
      // Found by looking every 250 ms it would be far more.
      assert.ok(took.toSorted((a, b) => a - b)[25]! < 50, `median of ${took}`);
    }));

  it('keeps any bytes, leaves out a line of 10 MB, and goes on after it', () =>
    withFile(async (path) => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 10));
      writeFileSync(
        path,
        Buffer.concat([bytes, Buffer.from('\n'), Buffer.alloc(10_000_000, 'x'), Buffer.from('\nb\n')]),
      );
      const { lines, position } = await readOn(path, undefined, 2);
      assert.deepEqual(lines, [bytes.toString('latin1'), 'b']);
      assert.equal(position.offset, statSync(path).size);
    }));

  it('goes on after any line', () =>
    withFile(async (path) => {
      const expected = Array.from({ length: 50 }, (_, number) => `line ${number}`);
      writeFileSync(path, `${expected.join('\n')}\nnot yet`);
      const blocks: Block[] = [];
      const stop = new AbortController();
      const options = {
        path,
        position: undefined,
        start: 'beginning',
        stop: stop.signal,
        maxLineBytes: 99,
        maxLines: 1,
      } as const;
      for await (const block of followFile({ ...options, onFault: assert.ifError })) {
        blocks.push(block);
        if (blocks.length === 51) break;
      }
      for (const [index, { position }] of blocks.entries()) {
        const rest = expected.slice(index);
        assert.deepEqual((await readOn(path, position, rest.length)).lines, rest);
      }
    }));
});

describe('followFile: what it may not read', () => {
  it('is an error that names the file: a directory', () =>
    withFile(async (path) => {
      mkdirSync(path);
      await assert.rejects(readOn(path, undefined, 1), /cannot read .*x\.log: expected a regular file/);
    }));

  it('is an error that names the file: a named pipe, although nobody writes to it', () =>
    withFile(async (path) => {
      assert.equal(spawnSync('mkfifo', [path]).status, 0);
      await assert.rejects(readOn(path, undefined, 1), /cannot read .*x\.log: expected a regular file/);
    }));

  it('is an error that names the file and the user: no permission', () =>
    withFile(async (path) => {
      writeFileSync(path, '', { mode: 0o000 });
      // Root may read anything, so a process of its own gives that up.
      const script = `
        const { followFile } = await import(${JSON.stringify(join(import.meta.dirname, 'follow-file.ts'))});
        if (process.geteuid() === 0) process.seteuid(65534);
        const options = { path: ${JSON.stringify(path)}, start: 'end', stop: new AbortController().signal };
        await followFile({ ...options, maxLineBytes: 99, maxLines: 9 }).next().catch((error) => console.log(error.message));`;
      statSync(path);
      const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
      const chunks: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.stderr.pipe(process.stderr);
      await once(child, 'exit');
      assert.match(Buffer.concat(chunks).toString(), /cannot read .*: permission denied for user \d+/);
    }));
});
