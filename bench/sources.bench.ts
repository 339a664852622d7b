/**
 * Bounds: the cost of a signal stays flat (within 2 x) from 1,000 to 10 million sources, and a million tracked sources
 * take at most 250 MB. Each size runs in a process of its own, so that memory is that size's.
 *
 *     node bench/sources.bench.ts
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { configSchema } from '../src/config/schema.ts';
import { buildPipeline } from '../src/daemon/pipeline-parts.ts';
import { formatNamed } from '../src/formats/index.ts';
import type { Signal } from '../src/pipeline/signal.ts';
import { parseArguments, printTable } from './support/table.ts';

const SIZES = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];
const SIGNALS = 5_000_000;
const BATCH = 1000;
/** Signals a second, as far as the detectors can tell. */
const RATE = 50_000;
const START = Date.UTC(2026, 0, 1);

interface Measured {
  readonly sources: number;
  readonly parseNs: number;
  readonly detectNs: number;
  /** Of the tables that the sources are tracked in. */
  readonly tableMegabytes: number;
  /** Of the whole process, node's own program and its garbage included. */
  readonly rssMegabytes: number;
  readonly tracked: number;
  readonly evicted: number;
}

/** Xorshift: the same addresses every time. */
function random(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/** Lines of door knocks from `sources` addresses in random order. */
function linesOf(next: () => number, sources: number, at: number): string[] {
  return Array.from({ length: BATCH }, (_, i) => {
    const value = 0x0a000000 + (next() % sources);
    const ip = `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
    const ms = at + Math.floor((i * 1000) / RATE);
    const time = `${Math.floor(ms / 1000)},${(ms % 1000) * 1000}`;
    return `E_SIPWARD,1,request.refused,${time},${ip},5060,udp,0,INVITE,404,domain_not_found,1001,example.net,sip%3A1001%40example.net,Yealink%20SIP-T46S%2066.85.0.5,1766538291-${next()}%40192.168.1.20`;
  });
}

function measure(sources: number): Measured {
  const { pipeline, detectors } = buildPipeline(configSchema.parse({}), (component, error) => {
    throw new Error(`${component} failed`, { cause: error });
  });
  const parser = formatNamed('opensips-events').parser({ sensor: 'bench', now: () => START });
  const next = random(42);
  let [parseNs, detectNs] = [0n, 0n];
  for (let done = 0; done < SIGNALS; done += BATCH) {
    const lines = linesOf(next, sources, START + Math.floor((done * 1000) / RATE));
    const started = process.hrtime.bigint();
    const signals = lines.map((line) => parser.parse(line) as Signal);
    const parsed = process.hrtime.bigint();
    pipeline.process(signals);
    if (done < SIGNALS / 5) continue; // It fills the tables and warms up the compiler.
    parseNs += parsed - started;
    detectNs += process.hrtime.bigint() - parsed;
  }
  const states = detectors.map(({ detector }) => detector.state());
  const { rss, arrayBuffers } = process.memoryUsage();
  return {
    sources,
    parseNs: Number(parseNs) / (SIGNALS * 0.8),
    detectNs: Number(detectNs) / (SIGNALS * 0.8),
    tableMegabytes: arrayBuffers / 1e6,
    rssMegabytes: rss / 1e6,
    tracked: Math.max(...states.map((state) => state.tracked)),
    evicted: states.reduce((sum, state) => sum + state.evicted, 0),
  };
}

function inOwnProcess(sources: number): Measured {
  const run = spawnSync(process.execPath, [fileURLToPath(import.meta.url), String(sources)], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`measuring ${sources} sources failed: ${run.stderr}`);
  return JSON.parse(run.stdout) as Measured;
}

const [size] = parseArguments();
if (size !== undefined) {
  process.stdout.write(JSON.stringify(measure(Number(size))));
} else {
  const rows = SIZES.map(inOwnProcess);
  const total = (row: Measured | undefined) => (row?.parseNs ?? Number.NaN) + (row?.detectNs ?? Number.NaN);
  printTable(
    `cost of a signal and memory by number of sources (${SIGNALS / 1e6} M signals, all detectors, policy)`,
    [
      'sources',
      'parse, ns',
      'detect and decide, ns',
      'a signal, ns',
      'ratio to 1,000',
      'tables',
      'process (RSS)',
      'tracked',
      'evicted',
    ],
    rows.map((row) => [
      row.sources.toLocaleString('en'),
      row.parseNs.toFixed(0),
      row.detectNs.toFixed(0),
      total(row).toFixed(0),
      (total(row) / total(rows[0])).toFixed(2),
      `${row.tableMegabytes.toFixed(0)} MB`,
      `${row.rssMegabytes.toFixed(0)} MB`,
      row.tracked.toLocaleString('en'),
      row.evicted.toLocaleString('en'),
    ]),
  );
}
