import type { BigIntStats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, readError } from './read-error.ts';

/** A regular file in the directory of the one that is followed. */
export interface Neighbour {
  readonly path: string;
  readonly stats: BigIntStats;
  /** What log rotation added to the name: `.1` of `x.log.1` and `x.1.log`, `-20261123` of `x.log-20261123`; else empty. */
  readonly rotation: string;
}

/** Less than 0 if `a` was rotated away before `b`. */
export function compareAge(a: Neighbour, b: Neighbour): number {
  const byTime = Number(a.stats.mtimeNs - b.stats.mtimeNs) || Number(a.stats.birthtimeNs - b.stats.birthtimeNs);
  // The clock of a file system is coarse (4 ms); the names tell files of the same tick apart.
  return byTime || rotationRank(a.rotation) - rotationRank(b.rotation);
}

/** Plain numbers grow with age, dates the other way round. */
function rotationRank(rotation: string): number {
  const digits = rotation.replaceAll(/\D/g, '');
  if (digits === '') return Number.POSITIVE_INFINITY;
  return digits.length < 6 ? -Number(digits) : Number(digits);
}

/** In a directory where files come and go all the time, the last list has to do. */
const MAX_LISTS = 50;

/**
 * All regular files beside `path` (and, if that is a symbolic link, beside its target) and itself. Files may be renamed
 * while they are listed, so it is done until two lists in a row are equal.
 */
export async function listNeighbours(path: string): Promise<Neighbour[]> {
  let seen: string | undefined;
  for (let lists = 1; ; lists++) {
    const { neighbours, signature } = await listOnce(path);
    if (signature === seen || lists === MAX_LISTS) return neighbours;
    seen = signature;
    await sleep(1);
  }
}

async function listOnce(path: string): Promise<{ readonly neighbours: Neighbour[]; readonly signature: string }> {
  // A path without a file leads nowhere else.
  const target = await realpath(path).catch(() => path);
  const neighbours: Neighbour[] = [];
  let signature = '';
  for (const directory of new Set([dirname(path), dirname(target)])) {
    for (const name of await namesIn(directory)) {
      const neighbour = join(directory, name);
      const stats = await statFile(neighbour);
      const rotation = rotationOf(basename(path), name) || rotationOf(basename(target), name);
      if (stats !== undefined) neighbours.push({ path: neighbour, stats, rotation });
      // A name without a file counts too: the file has another name by now, which this list may lack.
      signature += `${neighbour}\0${stats?.dev}:${stats?.ino}\0`;
    }
  }
  return { neighbours, signature };
}

/** What log rotation added to the name `base` to make `name`, empty if it did not. Compressed files are not read. */
export function rotationOf(base: string, name: string): string {
  const { name: stem, ext } = parse(base);
  const added = name.startsWith(base) ? name.slice(base.length) : between(name, stem, ext);
  return /^[.-]\d[\d.T:_-]*$/.test(added) ? added : '';
}

function between(name: string, stem: string, ext: string): string {
  const fits = name.startsWith(stem) && name.endsWith(ext) && name.length > stem.length + ext.length;
  return fits ? name.slice(stem.length, name.length - ext.length) : '';
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw readError(directory, error);
  }
}

/** Undefined for what is no regular file, or gone by now. */
async function statFile(path: string): Promise<BigIntStats | undefined> {
  try {
    const stats = await stat(path, { bigint: true });
    return stats.isFile() ? stats : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ELOOP', 'EACCES')) return undefined;
    throw readError(path, error);
  }
}
