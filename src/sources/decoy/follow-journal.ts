// TEMPORARY: until lib/follow is there.
import { open } from 'node:fs/promises';
import { opensipsEvents } from '../../formats/opensips-events/parser.ts';
import type { Batch } from '../../pipeline/batch.ts';
import type { Signal } from '../../pipeline/signal.ts';

export async function* followJournal(
  path: string,
  sensor: string,
  from: unknown,
  stop: AbortSignal,
): AsyncGenerator<Batch> {
  let offset = (from as { offset: number } | undefined)?.offset ?? 0;
  const parser = opensipsEvents.parser({ sensor, now: () => 0 });
  const file = await open(path, 'r');
  try {
    while (!stop.aborted) {
      const buffer = Buffer.alloc(65536);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
      const text = buffer.toString('latin1', 0, buffer.lastIndexOf(10, bytesRead) + 1);
      const lines = text.split('\n').slice(0, -1);
      if (lines.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        continue;
      }
      offset += text.length;
      const signals = lines.map((line) => parser.parse(line)).filter((one): one is Signal => typeof one === 'object');
      yield { signals, position: { offset }, lines: lines.length, unrecognised: lines.length - signals.length };
    }
  } finally {
    await file.close();
  }
}
