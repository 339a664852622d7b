import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { countText } from '../../lib/count-text.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { type CaptureOptions, CaptureSignals } from './capture-signals.ts';

const CHUNK_BYTES = 1024 * 1024;

/** A part of a capture. */
export interface CaptureBatch {
  readonly signals: readonly Signal[];
  /** Frames read for this batch, and how many of them could not be decoded. */
  readonly lines: number;
  readonly unrecognised: number;
  /** How much of the file (as it is, compressed or not) has been read so far. */
  readonly bytesRead: number;
  readonly bytesTotal: number;
  /** What a person should know of the file: it ends in the middle of a frame, as whoever captures may be stopped. */
  readonly note?: string;
}

/** Whether a file that begins with these bytes is a capture, or compressed by gzip (then ask again of what is inside). */
export function captureKind(head: Buffer): 'capture' | 'gzip' | undefined {
  if (head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  const magic = head.length >= 4 ? head.readUInt32BE(0) : 0;
  const known = [0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0x0a0d0d0a];
  return known.includes(magic) ? 'capture' : undefined;
}

/**
 * Reads a capture (pcap or pcapng, also compressed by gzip) of any size.
 * @throws what is wrong with the file, with its path and the place; what came before has been given
 */
export async function* readCapture(path: string, options: CaptureOptions): AsyncGenerator<CaptureBatch> {
  await using file = await open(path);
  const { size } = await file.stat();
  const head = Buffer.alloc(4);
  await file.read(head, 0, 4, 0);
  const raw = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const capture = new CaptureSignals(options);
  let before = capture.counts;
  const batch = (signals: readonly Signal[]): CaptureBatch => {
    const counts = capture.counts;
    const lines = counts.frames - before.frames;
    const unrecognised = counts.undecoded - before.undecoded;
    before = counts;
    return { signals, lines, unrecognised, bytesRead: raw.bytesRead, bytesTotal: size };
  };
  try {
    for await (const chunk of contentOf(raw, head)) yield batch(capture.push(chunk as Buffer));
    if (capture.counts.frames === 0 && capture.pendingBytes > 0) throw new Error(cutOff(capture));
  } catch (error) {
    yield batch(capture.finish());
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  } finally {
    raw.destroy();
  }
  const last = batch(capture.finish());
  yield capture.pendingBytes > 0 ? { ...last, note: `${path}: ${cutOff(capture)}` } : last;
}

function cutOff({ pendingBytes }: CaptureSignals): string {
  return `cut off ${countText(pendingBytes, 'byte')} into a frame`;
}

function contentOf(raw: Readable, head: Buffer): AsyncIterable<unknown> {
  if (captureKind(head) !== 'gzip') return raw;
  const content = new PassThrough({ highWaterMark: CHUNK_BYTES });
  // A fault of either stream destroys the last one with it, where the reader meets it.
  pipeline(raw, createGunzip({ chunkSize: CHUNK_BYTES }), content).catch(() => {});
  return content;
}
