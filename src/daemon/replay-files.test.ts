import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { signal } from '../../test/support/signals.ts';
import { configSchema } from '../config/schema.ts';
import { formatSignal } from '../formats/opensips-events/format-signal.ts';
import { Network } from '../lib/network.ts';
import { replayFiles } from './replay-files.ts';

const START_SECONDS = 1_763_864_688;

/** One failed registration a second. */
function failures(count: number, ip = '203.0.113.7', from = 0): string {
  const line = (i: number) =>
    `E_SIPWARD,1,register.failed,${START_SECONDS + from + i},0,${ip},5071,udp,1,REGISTER,401,Unauthorized,1001,example.com\n`;
  return Array.from({ length: count }, (_, i) => line(i)).join('');
}

const XZ = Buffer.from('fd377a585a000004', 'hex');

/** A capture with nothing in it: the head of the file alone (pcap 2.4, Ethernet). */
const EMPTY_CAPTURE = Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex');

/** So many frames of four bytes that say nothing. */
function capture(frames: number): Buffer {
  const frame = Buffer.from('01000000000000000400000004000000deadbeef', 'hex');
  return Buffer.concat([EMPTY_CAPTURE, ...Array.from({ length: frames }, () => frame)]);
}

/** The same with a frame behind it whose length is absurd. */
function damaged(whole: Buffer): Buffer {
  return Buffer.concat([whole, Buffer.from('0100000000000000ffffff7fffffff7f00', 'hex')]);
}

async function withFiles(
  contents: Readonly<Record<string, string | Buffer>>,
  use: (paths: string[], directory: string) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'sipward-replay-'));
  try {
    const paths = Object.entries(contents).map(([name, content]) => {
      writeFileSync(join(directory, name), content);
      return join(directory, name);
    });
    await use(paths, directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function replay(files: readonly string[], over: Partial<Parameters<typeof replayFiles>[0]> = {}) {
  return replayFiles({
    config: configSchema.parse({}),
    files,
    format: 'auto',
    allowlist: [],
    clock: () => 0,
    stop: new AbortController().signal,
    onProgress: () => {},
    ...over,
  });
}

describe('replayFiles', () => {
  it('knows where addresses are, by the data that comes with sipward', () => {
    const gotIn = (ip: string, at: number) =>
      signal({ kind: 'register.ok', status: 200, ip, at: START_SECONDS * 1000 + at });
    const lines = [gotIn('193.99.144.80', 0), gotIn('202.12.27.33', 3_600_000)].map((one) => `${formatSignal(one)}\n`);
    return withFiles({ 'a.log': lines.join('') }, async (files) => {
      const { report, faults } = await replay(files);
      assert.deepEqual(faults, []);
      assert.deepEqual(
        report.findings.map(({ type, subject }) => [type, subject]),
        [['geo_violation', { aor: '1001@example.com' }]],
      );
      assert.match(report.findings[0]?.reason ?? '', /^registered from JP 1h after DE, at least [6-9],\d{3} km apart/);
    });
  });

  it('says which geographic data it could not read, and goes on', () =>
    withFiles({ 'a.log': failures(6) }, async (files) => {
      const config = configSchema.parse({ intel: { geo: { country: files[0] } } });
      const { report, faults } = await replay(files, { config });
      assert.match(faults.join(), /^intel\.geo\.country: .*a\.log: expected an MMDB file$/);
      assert.equal(report.decisions.length, 1);
    }));

  it('takes several files as one recording', () =>
    withFiles({ 'a.log': failures(3), 'b.log.gz': gzipSync(failures(3, '203.0.113.7', 3)) }, async (files) => {
      const { report, faults } = await replay(files);
      assert.deepEqual(report.input, { files: 2, lines: 6, signals: 6, unrecognised: 0, seconds: 0 });
      assert.deepEqual(
        report.decisions.map(({ action, ip }) => ({ action, ip })),
        [{ action: 'block', ip: '203.0.113.7' }],
      );
      assert.deepEqual(report.sources, [{ ip: '203.0.113.7', signals: 6, verdict: 'attacker' }]);
      assert.deepEqual(faults, []);
      // Each alone is too little for a block.
      for (const file of files) assert.deepEqual((await replay([file])).report.decisions, []);
    }));

  it('says the same of the same input', () =>
    withFiles({ 'a.log': failures(50) + failures(3, '198.51.100.4') }, async (files) => {
      assert.deepEqual(await replay(files), await replay(files));
    }));

  it('tells a capture from text, compressed or not', () =>
    withFiles({ a: EMPTY_CAPTURE, 'b.gz': gzipSync(EMPTY_CAPTURE), c: failures(1) }, async (files) => {
      const { report } = await replay(files);
      assert.deepEqual([report.input.files, report.input.lines, report.input.unrecognised], [3, 1, 0]);
      const [a = '', b = '', c = ''] = files;
      for (const [some, unit] of [
        [[a, b], 'packet'],
        [[c], 'line'],
        [[a, c], 'line'],
      ] as const)
        assert.equal((await replay(some)).unit, unit);
    }));

  it('honours the managed allowlist', () =>
    withFiles({ a: failures(20) }, async (files) => {
      const { report } = await replay(files, { allowlist: [[Network.parse('203.0.113.0/24')!, 'Office']] });
      assert.equal(report.decisions[0]?.action, 'ignore');
      assert.match(report.decisions[0]?.reason ?? '', /Office/);
    }));

  it('tells how far it is', () =>
    withFiles({ a: failures(1000), b: failures(10) }, async (files) => {
      const seen: number[] = [];
      let total = 0;
      await replay(files, {
        onProgress: (bytes, all) => {
          seen.push(bytes);
          total = all;
        },
      });
      assert.equal(seen.at(-1), total);
      assert.deepEqual(
        seen,
        seen.toSorted((a, b) => a - b),
      );
    }));

  it('ends when it is told to', () =>
    withFiles({ a: failures(1) }, async (files) => {
      const stop = new AbortController();
      stop.abort(new Error('enough'));
      await assert.rejects(replay(files, { stop: stop.signal }), /enough/);
    }));

  it('judges what can be read of a damaged capture, and says what could not', () =>
    withFiles({ cut: capture(2).subarray(0, -3), damaged: damaged(capture(1)), log: failures(5) }, async (files) => {
      const { report, notes, faults } = await replay(files);
      assert.deepEqual([report.input.files, report.input.lines], [3, 7]);
      assert.equal(report.decisions[0]?.action, 'block');
      assert.deepEqual(
        notes.map((note) => note.replace(/.*\//, '')),
        ['cut: cut off 17 bytes into a frame'],
      );
      assert.match(faults.join(), /damaged: byte \d+: expected a block/);
    }));

  it('names the file that is wrong, before it reads any', () =>
    withFiles(
      { a: failures(1), b: Buffer.from('0a0d0d0a', 'hex'), 'a.xz': XZ },
      async ([good = '', broken = '', xz = ''], directory) => {
        await assert.rejects(replay([good, join(directory, 'absent')]), /absent: there is no such file$/);
        await assert.rejects(replay([xz]), /a\.xz: expected a file as it is or compressed by gzip, got xz$/);
        await assert.rejects(replay([directory]), /: expected a file, got a directory$/);
        await assert.rejects(replay([broken]), new RegExp(`^Error: ${broken}: `));
        await assert.rejects(replay([good], { format: 'pcap' }), new RegExp(`^Error: ${good}: .*expected a capture`));
      },
    ));
});
