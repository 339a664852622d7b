import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { following, readOn, withFile } from './follow.testkit.ts';

const installed = spawnSync('logrotate', ['--version']).error === undefined;
const LINES_EACH = 500;

interface Mode {
  readonly directives: readonly string[];
  /** Rotations between two looks of the follower. */
  readonly rotations: number;
}

const MODES: readonly Mode[] = [
  { directives: ['create 0640 root root'], rotations: 5 },
  { directives: ['nocreate'], rotations: 5 },
  { directives: ['copytruncate'], rotations: 5 },
  { directives: ['copytruncate', 'extension .log'], rotations: 5 },
  // logrotate does nothing if the name, which has the second in it, is taken.
  { directives: ['create', 'dateext', 'dateformat -%Y%m%d-%s'], rotations: 2 },
  // What is compressed is not read, so the follower must not lag behind by more than one.
  { directives: ['create', 'compress', 'delaycompress'], rotations: 1 },
];

/** Writes through an open file, as a daemon does, and reopens it some lines after each rotation. */
async function writeAndRotate(path: string, { directives, rotations }: Mode, from: number): Promise<number> {
  const directory = dirname(path);
  const config = join(directory, 'logrotate.conf');
  writeFileSync(config, `${path} {\n  rotate 20\n  ${directives.join('\n  ')}\n}\n`, { mode: 0o600 });
  let number = from;
  let file = openSync(path, 'a');
  const write = () => writeSync(file, `line ${number++}\n`);
  for (let rotation = 0; rotation < rotations; rotation++) {
    for (let line = 0; line < LINES_EACH; line++) write();
    if (directives.includes('dateext')) await sleep(1010);
    const run = spawnSync('logrotate', ['-f', '-s', join(directory, 'state'), config], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    write();
    closeSync(file);
    file = openSync(path, 'a');
  }
  write();
  closeSync(file);
  return number;
}

const linesFrom = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `line ${from + i}`);

describe('followFile: logrotate', { skip: installed ? false : 'logrotate is not installed' }, () => {
  for (const mode of MODES) {
    it(`${mode.directives.join(', ')}: every line once, while it runs`, () =>
      withFile(async (path) => {
        writeFileSync(path, 'first\n');
        await following(path, {}, async ({ next }) => {
          await next(0);
          for (let round = 0, from = 0; round < 3; round++) {
            const to = await writeAndRotate(path, mode, from);
            assert.deepEqual(await next(to - from), linesFrom(from, to));
            from = to;
          }
        });
      }));

    it(`${mode.directives.join(', ')}: every line once, after it did not run`, () =>
      withFile(async (path) => {
        writeFileSync(path, 'first\n');
        const { position } = await readOn(path, undefined, 1);
        const to = await writeAndRotate(path, mode, 0);
        assert.deepEqual((await readOn(path, position, to)).lines, linesFrom(0, to));
      }));
  }
});
