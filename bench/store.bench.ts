/**
 * Bounds what the embedded store costs: rows written a second, the caller's own thread per row, and the questions of the
 * web page and the command line with millions of rows stored (budget: p99 50 ms with 10 M).
 * `node bench/store.bench.ts [millions of signals, default 0.3] [millions of events, default 0.1]`
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '../src/store/open-store.ts';
import type { EventRow, SignalRow, Store } from '../src/store/store.ts';

const SIGNALS = Number(process.argv[2] ?? 0.3) * 1e6;
const EVENTS = Number(process.argv[3] ?? 0.1) * 1e6;
const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const SPAN_MS = 7 * DAY_MS;

/** A fixed sequence, so that runs compare. */
let seed = 1;
function random(below: number): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
}

function address(n: number): string {
  return `${1 + (n % 200)}.${(n >> 3) & 255}.${(n >> 11) & 255}.${(n * 7) & 255}`;
}

/** Most of an attack comes from few sources at a time; one signal in ten from anywhere, as of the internet's noise. */
function signalRow(i: number, at: number): SignalRow {
  const noise = random(10) === 0;
  const attacker = Math.floor(i / 20_000) * 7 + random(20);
  return {
    kind: noise && random(2) === 0 ? 'request.refused' : 'register.failed',
    at,
    ip: address(noise ? random(1_000_000) : attacker),
    port: 1024 + random(60_000),
    transport: 'udp',
    proven: 'no',
    sensor: 'edge',
    method: 'REGISTER',
    status: 401,
    reason: 'Unauthorized',
    user: String(1000 + (noise ? random(100_000) : random(200))),
    domain: 'pbx.example.com',
    requestUri: 'sip:pbx.example.com',
    userAgent: 'friendly-scanner',
    callId: `${random(1e9)}${random(1e9)}`,
    expires: 3600,
    count: 1,
  };
}

const TYPES = ['brute_force_detected', 'scanner_detected', 'ip_blocked', 'username_enumeration'] as const;
const SEVERITIES = ['info', 'warning', 'error', 'critical'] as const;

function eventRow(i: number, at: number): EventRow {
  return {
    identity: `brute-force ${i} ${at}`,
    type: TYPES[random(4)] ?? 'ip_blocked',
    severity: SEVERITIES[random(1000) === 0 ? 3 : random(3)] ?? 'info',
    ip: address(random(1_000_000)),
    aor: `${random(100_000)}@pbx.example.com`,
    description: '10 failed registrations in 5 minutes',
    at,
    details: { count: 10, samples: { accounts: ['1001', '1002'] } },
  };
}

async function fill(store: Store, what: 'signals' | 'events', total: number, size: number): Promise<void> {
  let callerMs = 0;
  let step = performance.now();
  const started = step;
  for (let i = 0; i < total; i += size) {
    const at = (j: number) => START + Math.floor(((i + j) / total) * SPAN_MS);
    const signals = what === 'signals' ? Array.from({ length: size }, (_, j) => signalRow(i + j, at(j))) : [];
    const events = what === 'events' ? Array.from({ length: size }, (_, j) => eventRow(i + j, at(j))) : [];
    const before = process.threadCpuUsage();
    await store.commit({ source: 'edge', position: { offset: i }, signals, events, blocks: [] });
    const used = process.threadCpuUsage(before);
    callerMs += (used.user + used.system) / 1000;
    if ((i + size) % 500_000 === 0) {
      const seconds = (performance.now() - step) / 1000;
      console.log(`  ${((i + size) / 1e6).toFixed(1)} M: ${Math.round(500_000 / seconds)} rows/s`);
      step = performance.now();
    }
  }
  const seconds = (performance.now() - started) / 1000;
  const caller = ((callerMs * 1e6) / total).toFixed(0);
  console.log(`${what}: ${Math.round(total / seconds)} rows/s in commits of ${size}, caller ${caller} ns/row`);
}

async function measure(name: string, rounds: number, ask: (i: number) => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const before = performance.now();
    await ask(i);
    times.push(performance.now() - before);
  }
  times.sort((a, b) => a - b);
  const at = (part: number) => (times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0).toFixed(1);
  console.log(`${name.padEnd(44)} p50 ${at(0.5).padStart(7)} ms  p99 ${at(0.99).padStart(7)} ms`);
}

const stateDir = await mkdtemp(join(process.env.TMPDIR ?? '/var/tmp', 'sipward-bench-'));
try {
  const store = await openStore({ type: 'sqlite' }, { stateDir });
  await fill(store, 'signals', SIGNALS, 5000);
  await fill(store, 'events', EVENTS, 5000);
  const end = START + SPAN_MS;
  await measure('overview of 24 hours', 50, (i) => store.stats(end - DAY_MS - i * 1000, end));
  await measure('overview of 7 days', 50, () => store.stats(START, end));
  await measure('newest 100 events', 50, () => store.events({}));
  await measure('events of a type', 50, (i) => store.events({ type: TYPES[i % 4] ?? 'ip_blocked' }));
  await measure('critical events', 50, () => store.events({ severity: 'critical' }));
  await measure('critical events of a type', 50, (i) =>
    store.events({ type: TYPES[i % 4] ?? 'ip_blocked', severity: 'critical' }),
  );
  await measure('unresolved events since an hour', 50, () => store.events({ resolved: false, since: end - 3_600_000 }));
  await measure('resolved events', 20, () => store.events({ resolved: true }));
  await measure('events of an address', 50, () => store.events({ source: address(random(1_000_000)) }));
  await measure('events of a /24', 50, () => store.events({ source: `${1 + random(200)}.${random(256)}.0.0/24` }));
  await measure('events of a /8', 10, () => store.events({ source: `${1 + random(200)}.0.0.0/8` }));
  await measure('events of 0.0.0.0/0', 3, () => store.events({ source: '0.0.0.0/0' }));
  await measure('dossier of an attacker', 20, (i) => store.dossier({ ip: address(i) }, 100));
  await measure('dossier of a /16', 10, (i) => store.dossier({ ip: `${1 + i}.0.0.0/16` }, 100));
  await measure('dossier of an account', 20, (i) => store.dossier({ aor: `${1000 + i}@pbx.example.com` }, 100));
  await measure('100,000 newest signals', 3, () => store.recentSignals(START, 100_000));
  await measure('status', 5, () => store.status());
  const blocks = Array.from({ length: 100_000 }, (_, i) => ({
    target: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
    reason: 'brute force',
    blockedAt: end,
    expiresAt: end + 1000,
    automatic: true,
    by: 'brute-force',
  }));
  await measure('100,000 blocks written', 1, () => store.addBlocks(blocks));
  await measure('100,000 active blocks read', 3, async () => {
    let seen = 0;
    for (let last = 0; ; ) {
      const page = await store.activeBlocks(end, last);
      seen += page.length;
      if (page.length === 0) break;
      last = page.at(-1)?.id ?? 0;
    }
    assert.equal(seen, 100_000);
  });
  await measure('history of blocks', 3, () => store.blockHistory(START));
  await measure('overview with 100,000 blocks', 20, () => store.stats(end - DAY_MS, end));
  await measure('1,000 blocks expired', 5, () => store.expireBlocks(end + 1000, 1000));
  const pruning = store.prune({ signalsMs: SPAN_MS - DAY_MS / 2, eventsMs: 0, blocksMs: 0 }, end);
  let pruned = false;
  void pruning.then(() => {
    pruned = true;
  });
  const started = performance.now();
  const waits: number[] = [];
  while (!pruned) {
    const before = performance.now();
    await store.commit({ source: 'edge', position: { offset: 0 }, signals: [], events: [], blocks: [] });
    waits.push(performance.now() - before);
  }
  waits.sort((a, b) => a - b);
  const rows = Object.values(await pruning).reduce((sum, deleted) => sum + deleted, 0);
  const seconds = (performance.now() - started) / 1000;
  const p99 = waits[Math.floor(waits.length * 0.99)] ?? 0;
  console.log(`pruning: ${Math.round(rows / seconds)} rows/s; a commit meanwhile p99 ${p99.toFixed(1)} ms`);
  console.log(await store.status());
  await store.close();
} finally {
  await rm(stateDir, { recursive: true });
}
