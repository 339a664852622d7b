import type { BigIntStats } from 'node:fs';
import { type FilePosition, NOWHERE } from './file-position.ts';
import { compareAge, listNeighbours, type Neighbour } from './neighbours.ts';
import { TrackedFile } from './tracked-file.ts';

/** The file that `position` is in, if it goes by another name now or was copied away, ready to be read on. */
export async function findMoved(path: string, position: FilePosition): Promise<TrackedFile | undefined> {
  for (let found: TrackedFile | 'renamed' | undefined = 'renamed'; ; found = await findMovedOnce(path, position)) {
    if (found !== 'renamed') return found;
  }
}

/** @returns `renamed` if a file was renamed between being listed and being opened */
async function findMovedOnce(path: string, position: FilePosition): Promise<TrackedFile | 'renamed' | undefined> {
  const neighbours = await listNeighbours(path);
  const renamed = neighbours.filter(({ stats }) => isAt(stats, position));
  // Without any byte to compare, every file would pass for the copy.
  const copied =
    position.fingerprint !== NOWHERE.fingerprint ? neighbours.filter(({ rotation }) => rotation !== '') : [];
  for (const neighbour of [...renamed, ...copied]) {
    const file = await openListed(neighbour);
    if (file === undefined) return 'renamed';
    if (await file.hasContent(position)) {
      file.seek(position.offset);
      return file;
    }
    await file.close();
  }
  return undefined;
}

/**
 * What is to be read after `old`: all that was rotated away since, oldest first, and the file that has the name now.
 * They are opened at once, so that it does not matter when they are renamed again; that they are emptied again shows
 * later in their first bytes, so empty ones are left out.
 */
export async function findNewer(path: string, old: TrackedFile): Promise<readonly TrackedFile[]> {
  for (;;) {
    const neighbours = await listNeighbours(path);
    const stats = await old.stat();
    // Gone from the directory or not, it is as old as its last line.
    const self = neighbours.find((one) => isSame(one.stats, stats)) ?? { path, stats, rotation: '' };
    const current = neighbours.find((one) => one.path === path && !isSame(one.stats, stats));
    const newer = neighbours.filter(
      (one) =>
        one.rotation !== '' &&
        !isSame(one.stats, stats) &&
        !(current && isSame(one.stats, current.stats)) &&
        compareAge(one, { ...self, stats }) > 0,
    );
    const opened = await openAll([...newer.toSorted(compareAge), ...(current ? [current] : [])]);
    if (opened !== undefined) return await withContent(opened);
  }
}

/** A copy that is being made of the last one, just before that is emptied, has nothing that is not in there. */
async function withContent(files: readonly TrackedFile[]): Promise<readonly TrackedFile[]> {
  const last = files.at(-1);
  const without = files.filter((file) => file.isBlank || (last !== undefined && file.isCopyOf(last)));
  for (const file of without) await file.close();
  return files.filter((file) => !without.includes(file));
}

/** Undefined if one of them was renamed. */
async function openAll(neighbours: readonly Neighbour[]): Promise<readonly TrackedFile[] | undefined> {
  await using opened = new AsyncDisposableStack();
  const files: TrackedFile[] = [];
  for (const neighbour of neighbours) {
    const file = await openListed(neighbour);
    if (file === undefined) return undefined;
    files.push(opened.use(file));
  }
  opened.move();
  return files;
}

/** Undefined if another file, or none, has the name by now. */
async function openListed({ path, stats }: Neighbour): Promise<TrackedFile | undefined> {
  const file = await TrackedFile.open(path);
  if (file === undefined || isSame(file.stats, stats)) return file;
  await file.close();
  return undefined;
}

function isAt(stats: BigIntStats, position: FilePosition): boolean {
  return String(stats.dev) === position.dev && String(stats.ino) === position.inode;
}

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}
