import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import type { Io } from './io.ts';
import { Progress } from './progress.ts';

function bench(isTerminal: boolean) {
  const written: string[] = [];
  const time = { now: 1000 };
  const output = { write: (text: string) => void written.push(text), isTerminal, columns: 80 };
  const io: Io = {
    stdin: Readable.from([]),
    stdout: output,
    stderr: output,
    env: {},
    cwd: '/',
    clock: () => time.now,
    user: 'ann',
    stop: new AbortController().signal,
  };
  return { io, time, written };
}

describe('Progress', () => {
  it('draws one line, over and over, and wipes it away', () => {
    const { io, time, written } = bench(true);
    const progress = new Progress(io, 'importing', 200);
    progress.at(50);
    time.now += 100;
    progress.at(100);
    progress.done();
    assert.deepEqual(written, ['\r\u001b[Kimporting 25 %', '\r\u001b[Kimporting 50 %', '\r\u001b[K']);
  });

  it('draws ten times a second at most', () => {
    const { io, time, written } = bench(true);
    const progress = new Progress(io, 'importing', 1000);
    for (let i = 0; i < 1000; i++) {
      time.now += 1;
      progress.at(i);
    }
    assert.ok(written.length <= 10, String(written.length));
  });

  it('counts when the total is not known, and never shows more than all', () => {
    const { io, time, written } = bench(true);
    const progress = new Progress(io, 'reading', 0);
    progress.at(42);
    time.now += 100;
    progress.at(300, 200);
    assert.deepEqual(written, ['\r\u001b[Kreading 42', '\r\u001b[Kreading 100 %']);
  });

  it('is silent where nobody looks, and where nothing was drawn', () => {
    const { io, written } = bench(false);
    const progress = new Progress(io, 'reading', 10);
    progress.at(5);
    progress.done();
    assert.deepEqual(written, []);
    const other = bench(true);
    new Progress(other.io, 'reading', 10).done();
    assert.deepEqual(other.written, []);
  });
});
