import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { formatNamed } from '../../formats/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { LineBuffer, type Lines } from '../../lib/follow/line-buffer.ts';
import { readError } from '../../lib/follow/read-error.ts';
import type { Batch } from '../../pipeline/batch.ts';
import { LineReader, MAX_BATCH_LINES } from '../line-reader.ts';

export interface ReplayOptions {
  readonly path: string;
  /** One of `FORMAT_NAMES`. */
  readonly format: string;
  /** Name given to the signals. */
  readonly sensor: string;
  readonly clock: Clock;
}

const LIMITS = { maxLineBytes: 65_536, maxLines: MAX_BATCH_LINES };
const READ_BYTES = 256 * 1024;

/** The signals of a finished file, plain or compressed by gzip, from its first line to its last. */
export async function* replayFile(options: ReplayOptions): AsyncGenerator<Batch> {
  const { path, format, sensor, clock } = options;
  const { beginsWithBlank, parser } = formatNamed(format);
  const reader = new LineReader(parser({ sensor, now: clock }));
  let offset = 0;
  for await (const { lines, tooLong, bytes } of linesOf(path, beginsWithBlank !== true)) {
    offset += bytes;
    const { signals, unrecognised } = reader.read(lines);
    yield { signals, position: { offset }, lines: lines.length + tooLong, unrecognised: unrecognised + tooLong };
  }
}

async function* linesOf(path: string, joinsFolded: boolean): AsyncGenerator<Lines> {
  const buffer = new LineBuffer({ ...LIMITS, joinsFolded });
  for await (const chunk of bytesOf(path)) {
    for (let from = 0; from < chunk.length; ) {
      from += fill(buffer, chunk.subarray(from));
      yield* takeAll(buffer, false);
    }
  }
  yield* takeAll(buffer, true);
  if (buffer.pending === 0) return;
  // A last line without an end is a line: nothing will be added to it any more.
  fill(buffer, Buffer.from('\n'));
  yield* takeAll(buffer, true);
}

function fill(buffer: LineBuffer, bytes: Buffer): number {
  const copied = bytes.copy(buffer.space());
  buffer.filled(copied);
  return copied;
}

function* takeAll(buffer: LineBuffer, atEnd: boolean): Generator<Lines> {
  for (let taken = buffer.take(atEnd); taken !== undefined; taken = buffer.take(atEnd)) yield taken;
}

async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  try {
    const gunzip = (await isGzip(path)) ? createGunzip({ chunkSize: READ_BYTES }) : undefined;
    const file = createReadStream(path, { highWaterMark: READ_BYTES });
    try {
      if (gunzip !== undefined) file.on('error', (error) => gunzip.destroy(error));
      yield* gunzip === undefined ? file : file.pipe(gunzip);
    } finally {
      file.destroy();
    }
  } catch (error) {
    throw readError(path, error);
  }
}

/** By its first bytes, RFC 1952 section 2.3.1. */
async function isGzip(path: string): Promise<boolean> {
  await using file = await open(path);
  const magic = Buffer.alloc(2);
  await file.read(magic, 0, 2, 0);
  return magic.equals(Buffer.of(0x1f, 0x8b));
}
