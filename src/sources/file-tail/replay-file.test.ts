import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { replayFile } from './replay-file.ts';

const event = (port: number) => `E_SIPWARD,1,register.failed,1763864688,0,203.0.113.7,${port}`;
const NOW = Date.UTC(2026, 10, 23);

async function replay(content: string | Uint8Array, format = 'auto') {
  const directory = mkdtempSync(join(tmpdir(), 'replay-'));
  const path = join(directory, 'x.log');
  try {
    writeFileSync(path, content);
    const sum = { ports: [] as number[], lines: 0, unrecognised: 0, batches: 0 };
    for await (const batch of replayFile({ path, format, sensor: 'replay', clock: () => NOW })) {
      for (const signal of batch.signals) sum.ports.push(signal.port);
      sum.lines += batch.lines;
      sum.unrecognised += batch.unrecognised;
      sum.batches++;
    }
    return sum;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('replayFile', () => {
  it('reads a file from its first line to its last', async () => {
    const { ports, lines, unrecognised } = await replay(`${event(1)}\n\nnonsense\n${event(2)}\n`);
    assert.deepEqual([ports, lines, unrecognised], [[1, 2], 4, 1]);
  });

  it('takes a last line without an end', async () => {
    assert.deepEqual((await replay(`${event(1)}\n${event(2)}`)).ports, [1, 2]);
    assert.deepEqual((await replay(event(1))).lines, 1);
  });

  it('gives nothing for an empty file', async () => {
    assert.deepEqual(await replay(''), { ports: [], lines: 0, unrecognised: 0, batches: 0 });
  });

  it('reads a file compressed by gzip, of several members too', async () => {
    const members = [gzipSync(`${event(1)}\n${event(2)}\n`), gzipSync(`${event(3)}\n`)];
    assert.deepEqual((await replay(Buffer.concat(members))).ports, [1, 2, 3]);
  });

  it('reads a large file in batches, compressed or not', async () => {
    const ports = Array.from({ length: 20_000 }, (_, number) => number + 1);
    const content = ports.map((port) => `${event(port)}\n`).join('');
    for (const file of [content, gzipSync(content)]) {
      const sum = await replay(file, 'opensips-events');
      assert.deepEqual(sum.ports, ports);
      assert.ok(sum.batches >= 5);
    }
  });

  it('leaves out and counts a line of 10 MB', async () => {
    const sum = await replay(`${event(1)}\n${'x'.repeat(10_000_000)}\n${event(2)}\n`);
    assert.deepEqual([sum.ports, sum.lines, sum.unrecognised], [[1, 2], 3, 1]);
  });

  it('reads every format that auto knows, mixed', async () => {
    const log = 'Nov 22 02:35:01 sbc1 opensips[1]: Door-knock attempt logged to database - domain=x from 203.0.113.8:5';
    assert.deepEqual((await replay(`${event(1)}\n${log}\n${event(2)}\n`)).ports, [1, 5, 2]);
  });

  it('says which file it could not read', async () => {
    const missing = replayFile({ path: '/nonexistent/x.log', format: 'auto', sensor: 'replay', clock: () => NOW });
    await assert.rejects(missing.next(), /cannot read \/nonexistent\/x\.log: .*ENOENT/);
    const cut = gzipSync(event(1).repeat(1000));
    await assert.rejects(
      replay(cut.subarray(0, cut.length - 20)),
      /cannot read .*x\.log: .*(unexpected end|incorrect)/,
    );
  });
});
