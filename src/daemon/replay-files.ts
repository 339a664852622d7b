import { open, stat } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';
import type { Config } from '../config/schema.ts';
import { FORMAT_NAMES } from '../formats/index.ts';
import { type CaptureBatch, captureKind, readCapture } from '../formats/pcap/read-capture.ts';
import { GeoBook } from '../intel/geo/geo-book.ts';
import type { Clock } from '../lib/clock.ts';
import { fileProblem } from '../lib/file-problem.ts';
import type { Network } from '../lib/network.ts';
import { replayFile } from '../sources/file-tail/replay-file.ts';
import { foreignFile } from './foreign-file.ts';
import { Replay, type ReplayReport } from './replay.ts';
import type { Customers } from './source-book.ts';

/** What `--format` takes. */
export const REPLAY_FORMATS: readonly string[] = [...FORMAT_NAMES, 'pcap'];

export interface ReplayFilesOptions {
  readonly config: Config;
  /** In the order of time: they are read one after the other as one recording. */
  readonly files: readonly string[];
  /** One of `REPLAY_FORMATS`; `auto` tells captures from text by their first bytes. */
  readonly format: string;
  /** The managed allowlist, with a description each. */
  readonly allowlist: readonly (readonly [Network, string])[];
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** Told how much of all files was read, in bytes. */
  readonly onProgress: (bytes: number, totalBytes: number) => void;
}

export interface ReplayResult {
  readonly report: ReplayReport;
  /** Components that threw, files that could not be read, and damage to one after its beginning: that part of the judgement is missing. */
  readonly faults: readonly string[];
  readonly customers: Customers;
  /** What `report.input.lines` counts: packets if all files are captures. */
  readonly unit: 'line' | 'packet';
  /** What else a person should know of the files. */
  readonly notes: readonly string[];
}

/**
 * Reads recordings through the detectors and the policy of `config`; nothing is changed.
 *
 * @throws what is wrong with a file of which nothing could be read, with its path; or the reason of `stop`
 */
export async function replayFiles(options: ReplayFilesOptions): Promise<ReplayResult> {
  const { files, format, clock, stop, onProgress } = options;
  const sizes = await Promise.all(files.map(sizeOf));
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  const geography = new GeoBook(options.config.intel.geo);
  const { faults } = await geography.round();
  const replay = new Replay(options.config, options.allowlist, geography);
  let unit: ReplayResult['unit'] = 'packet';
  const damage: string[] = [];
  const notes: string[] = [];
  const startedAt = clock();
  let readBefore = 0;
  for (const [index, path] of files.entries()) {
    replay.beginFile();
    const kind = format === 'auto' ? await formatOf(path) : format;
    if (kind !== 'pcap') unit = 'line';
    for await (const part of asFarAsItGoes(path, kind, clock)) {
      stop.throwIfAborted();
      replay.take(part);
      if (part.note !== undefined) notes.push(part.note);
      if (part.damage !== undefined) damage.push(part.damage);
      onProgress(readBefore + part.bytesRead, totalBytes);
    }
    readBefore += sizes[index] ?? 0;
  }
  const report = replay.report((clock() - startedAt) / 1000);
  const all = [...faults.map(({ message }) => message), ...replay.faults, ...damage];
  return { report, faults: all, customers: replay.customers, unit, notes };
}

type Part = Omit<CaptureBatch, 'bytesTotal'> & { readonly damage?: string };

/** Damage after the beginning ends the file, but does not take back what came before. */
async function* asFarAsItGoes(path: string, kind: string, clock: Clock): AsyncGenerator<Part> {
  let last: Part | undefined;
  try {
    for await (const part of kind === 'pcap' ? capture(path) : text(path, kind, clock)) {
      if (part.lines > 0) last = part;
      yield part;
    }
  } catch (error) {
    if (last === undefined) throw error;
    yield { signals: [], lines: 0, unrecognised: 0, bytesRead: last.bytesRead, damage: (error as Error).message };
  }
}

async function sizeOf(path: string): Promise<number> {
  const { size, isDirectory } = await stat(path).then(
    (found) => ({ size: found.size, isDirectory: found.isDirectory() }),
    (error: NodeJS.ErrnoException) => {
      throw new Error(`${path}: ${fileProblem(error)}`, { cause: error });
    },
  );
  if (isDirectory) throw new Error(`${path}: expected a file, got a directory`);
  return size;
}

const SENSOR = 'replay';

function capture(path: string) {
  return readCapture(path, { sensor: SENSOR });
}

async function* text(path: string, format: string, clock: Clock) {
  for await (const batch of replayFile({ path, format, sensor: SENSOR, clock })) {
    const { offset } = batch.position as { readonly offset: number };
    yield { ...batch, bytesRead: offset };
  }
}

const HEAD_BYTES = 4096;

/** A capture, also a compressed one, is known by its first bytes; everything else is taken for text. */
async function formatOf(path: string): Promise<string> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  const head = buffer.subarray(0, bytesRead);
  const foreign = foreignFile(head);
  if (foreign !== undefined) throw new Error(`${path}: ${foreign}`);
  const kind = captureKind(head);
  const inside = kind === 'gzip' ? captureKind(unpackedHead(head)) : kind;
  return inside === 'capture' ? 'pcap' : 'auto';
}

/** What the beginning of a gzip file holds. Damaged ones are left to the reader, which names the place. */
function unpackedHead(head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}
