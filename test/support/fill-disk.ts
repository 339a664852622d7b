/** Run on a small file system: `node fill-disk.ts DIRECTORY`. Fills it, writes a journal, makes room, and says what came of it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Journal } from '../../src/sources/journal.ts';

const [, , directory = ''] = process.argv;
const ballast = join(directory, 'ballast');
writeFileSync(ballast, Buffer.alloc(48 * 1024));

const faults: string[] = [];
const onFault = (error: Error) => faults.push(error.message);
const journal = await Journal.open({ directory, segmentBytes: 1e9, segments: 2, onFault });
const LINE = 'x'.repeat(19);
for (let i = 0; i < 2000; i++) {
  journal.append(LINE);
  if (i % 100 === 0) await journal.flushed();
}
await journal.flushed();
rmSync(ballast);
while (faults.length < 2) await new Promise((resolve) => setTimeout(resolve, 50));
await journal.flushed();
const lines = readFileSync(journal.path, 'utf8')
  .split('\n')
  .filter((line) => line === LINE).length;
process.stdout.write(`${JSON.stringify({ faults, lines, lost: journal.lost })}\n`);
