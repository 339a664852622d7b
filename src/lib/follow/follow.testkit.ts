import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FilePosition } from './file-position.ts';
import { type FollowOptions, followFile } from './follow-file.ts';

/** Lends the path of a file that is not there yet, in a directory of its own. */
export async function withFile(use: (path: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'follow-'));
  try {
    await use(join(directory, 'x.log'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Follows while `use` runs, which reads what was taken so far by calling `next` with the number of lines to wait for. */
export async function following(
  path: string,
  options: Partial<FollowOptions>,
  use: (taken: { next(count: number): Promise<string[]>; position(): FilePosition }) => Promise<void>,
): Promise<FilePosition> {
  const stop = new AbortController();
  const lines: string[] = [];
  let position: FilePosition | undefined;
  const faults: Error[] = [];
  // The first block says where it begins, and what is written from then on is new to it; a position says so before.
  const begun = Promise.withResolvers<void>();
  if (options.position !== undefined) begun.resolve();
  const reading = (async () => {
    const limits = { maxLineBytes: 65536, maxLines: 1000 };
    const onFault = (error: Error) => void faults.push(error);
    const all = { path, position: undefined, start: 'end', stop: stop.signal, onFault, ...limits, ...options } as const;
    for await (const block of followFile(all)) {
      lines.push(...block.lines);
      position = block.position;
      begun.resolve();
    }
  })();
  const next = async (count: number) => {
    for (let tries = 0; lines.length < count && tries < 500; tries++) await Promise.race([sleep(10), reading]);
    await Promise.race([sleep(20), reading]);
    return lines.splice(0);
  };
  try {
    await Promise.race([begun.promise, reading]);
    await use({ next, position: () => position! });
  } finally {
    stop.abort();
    await reading;
  }
  assert.deepEqual(faults, []);
  return position!;
}

/** What is read in one go from `position` on, until `count` lines are there. */
export async function readOn(
  path: string,
  position: FilePosition | undefined,
  count: number,
  options: Partial<FollowOptions> = {},
) {
  let lines: string[] = [];
  const end = await following(path, { position, start: 'beginning', ...options }, async ({ next }) => {
    lines = await next(count);
  });
  return { lines, position: end };
}
