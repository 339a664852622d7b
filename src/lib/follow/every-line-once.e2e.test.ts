import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FilePosition } from './file-position.ts';
import { withFile } from './follow.testkit.ts';
import { type Block, followFile } from './follow-file.ts';

const LINES = 50_000;

function program(name: string, ...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, name), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

const numberOf = (line: string) => Number(line.split(' ')[1]);

/** Takes a few blocks from `position` on, and checks that their lines are numbered from `first` on. */
async function takeSome(path: string, position: FilePosition | undefined, first: number) {
  let next = first;
  let reached = position;
  let blocks = Math.floor(Math.random() * 40);
  const stop = new AbortController().signal;
  const maxLines = 1 + Math.floor(Math.random() * 500);
  const options = { path, position, start: 'beginning', stop, maxLineBytes: 65536, maxLines } as const;
  for await (const block of followFile({ ...options, onFault: assert.ifError })) {
    for (const line of block.lines) assert.equal(numberOf(line), next++, line);
    // As it comes back from the store.
    reached = JSON.parse(JSON.stringify(block.position)) as FilePosition;
    if (blocks-- === 0 || next === LINES) break;
  }
  return { next, reached };
}

describe('followFile: a writer that rotates all the time', { timeout: 120_000 }, () => {
  const modes = [
    ['rename', '2000'],
    ['copytruncate', '4000'],
  ] as const;
  for (const [mode, perFile] of modes) {
    it(`${mode}: every line once, in order, whenever it is stopped`, () =>
      withFile(async (path) => {
        writeFileSync(path, 'line 0\n');
        const writer = program('rotating-writer.testkit.ts', path, `${LINES}`, mode, perFile);
        for (let next = 0, position: FilePosition | undefined; next < LINES; ) {
          ({ next, reached: position } = await takeSome(path, position, next));
        }
        await ended(writer);
        assert.equal(writer.exitCode, 0);
      }));
  }

  it('every line once, although it is killed again and again', () =>
    withFile(async (path) => {
      writeFileSync(path, 'line 0\n');
      const output = `${path}.taken`;
      const taken = () => {
        const whole = existsSync(output) ? readFileSync(output, 'utf8').split('\n').slice(0, -1) : [];
        return whole.map((line) => JSON.parse(line) as Block);
      };
      const follow = () => {
        const position = taken().at(-1)?.position;
        return program('follower.testkit.ts', path, output, ...(position ? [JSON.stringify(position)] : []));
      };
      let follower = follow();
      while (taken().length === 0) await sleep(10);
      const writer = program('rotating-writer.testkit.ts', path, `${LINES}`, 'rename', '3000');
      for (let kills = 0; kills < 4 || taken().flatMap(({ lines }) => lines).length < LINES; kills++) {
        assert.ok(kills < 200, 'it gets on');
        await sleep(100 + Math.random() * 400);
        assert.equal(follower.exitCode, null);
        follower.kill('SIGKILL');
        await ended(follower);
        follower = follow();
      }
      follower.kill('SIGKILL');
      await Promise.all([ended(follower), ended(writer)]);
      const numbers = taken().flatMap(({ lines }) => lines.map(numberOf));
      assert.deepEqual(
        numbers,
        Array.from({ length: LINES }, (_, number) => number),
      );
    }));
});
