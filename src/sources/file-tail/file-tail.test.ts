import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Batch } from '../../pipeline/batch.ts';
import { fileTailConfig } from './config.ts';
import { FileTail } from './file-tail.ts';

const event = (port: number) => `E_SIPWARD,1,register.failed,1763864688,0,203.0.113.7,${port}\n`;

interface Lent {
  readonly path: string;
  readonly faults: string[];
  readonly source: FileTail;
}

async function withSource(config: object, use: (lent: Lent) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'file-tail-'));
  const path = join(directory, 'x.log');
  const faults: string[] = [];
  const onFault = (error: Error) => void faults.push(error.message);
  const context = { name: 'edge', stateDir: directory, clock: () => 0, onFault };
  try {
    const parsed = fileTailConfig.parse({ type: 'file-tail', path, ...config });
    await use({ path, faults, source: new FileTail(parsed, context) });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Batches from a position on, until so many signals were seen; appends to the file when it waits. */
async function take(source: FileTail, from: unknown, signals: number, whenReading?: () => void) {
  const stop = new AbortController();
  const batches: Batch[] = [];
  let seen = 0;
  for await (const batch of source.batches(from, stop.signal)) {
    if (batches.length === 0) whenReading?.();
    batches.push(batch);
    seen += batch.signals.length;
    if (seen >= signals) stop.abort();
  }
  return {
    ports: batches.flatMap((batch) => batch.signals.map((signal) => signal.port)),
    lines: batches.reduce((sum, batch) => sum + batch.lines, 0),
    unrecognised: batches.reduce((sum, batch) => sum + batch.unrecognised, 0),
    position: JSON.parse(JSON.stringify(batches.at(-1)?.position)) as unknown,
    batches,
  };
}

describe('file-tail', () => {
  it('begins at the end of a file that is there, and says so at once', () =>
    withSource({}, async ({ path, source }) => {
      writeFileSync(path, event(1));
      const { ports, batches } = await take(source, undefined, 1, () => appendFileSync(path, event(2)));
      assert.deepEqual(ports, [2]);
      assert.deepEqual([batches[0]?.lines, batches[0]?.signals], [0, []]);
    }));

  it('goes on after its position, through a rotation', () =>
    withSource({ from: 'beginning', format: 'opensips-events' }, async ({ path, source }) => {
      writeFileSync(path, `${event(1)}nonsense\n${event(2)}`);
      const first = await take(source, undefined, 2);
      assert.deepEqual([first.ports, first.lines, first.unrecognised], [[1, 2], 3, 1]);
      assert.deepEqual(source.samples(), ['nonsense']);
      appendFileSync(path, event(3));
      renameSync(path, `${path}.1`);
      writeFileSync(path, event(4));
      assert.deepEqual((await take(source, first.position, 2)).ports, [3, 4]);
    }));

  it('gives bounded batches, each with a position to go on from', () =>
    withSource({ from: 'beginning' }, async ({ path, source }) => {
      const ports = Array.from({ length: 10_000 }, (_, number) => number + 1);
      writeFileSync(path, ports.map(event).join(''));
      const { batches } = await take(source, undefined, ports.length);
      assert.ok(batches.every((batch) => batch.lines <= 4096));
      for (const [index, batch] of batches.entries()) {
        const before = batches.slice(0, index + 1).reduce((sum, one) => sum + one.signals.length, 0);
        if (before === ports.length) continue;
        assert.deepEqual((await take(source, batch.position, ports.length - before)).ports, ports.slice(before));
      }
    }));

  it('leaves out, counts and tells of lines that are too long', () =>
    withSource({ from: 'beginning', 'max-line-bytes': 1024 }, async ({ path, source, faults }) => {
      writeFileSync(path, `${event(1)}${'x'.repeat(2000)}\n${event(2)}`);
      const { ports, lines, unrecognised } = await take(source, undefined, 2);
      assert.deepEqual([ports, lines, unrecognised], [[1, 2], 3, 1]);
      assert.deepEqual(faults, [`${path}: a line longer than 1024 bytes was left out (max-line-bytes)`]);
    }));

  it('says whether its file is there', () =>
    withSource({}, async ({ path, source }) => {
      assert.equal(await source.missing(), `${path} cannot be found (ENOENT)`);
      writeFileSync(path, '');
      assert.equal(await source.missing(), undefined);
    }));

  it('refuses a position that is none of its own', () =>
    withSource({}, async ({ source }) => {
      await assert.rejects(take(source, { offset: 'x' }, 1), /stored position: expected/);
    }));
});

describe('fileTailConfig', () => {
  it('needs a path and has safe defaults', () => {
    assert.deepEqual(fileTailConfig.parse({ type: 'file-tail', path: '/var/log/x.log' }), {
      type: 'file-tail',
      path: '/var/log/x.log',
      format: 'auto',
      from: 'end',
      'max-line-bytes': 65536,
    });
    for (const wrong of [
      {},
      { path: '' },
      { path: 'x', format: 'syslog' },
      { path: 'x', from: 'middle' },
      { path: 'x', more: 1 },
    ]) {
      assert.equal(fileTailConfig.safeParse({ type: 'file-tail', ...wrong }).success, false);
    }
  });
});
