/**
 * Bounds: from a file to decisions, one core takes at least 100 times as many lines a second as the server of fail2ban,
 * and a quarter of what `grep -cE` takes on the same file; the peers run in the same run. What counts is CPU time, of all
 * threads: the clock on the wall tells more about what else runs on the machine.
 *
 *     node bench/ingest.bench.ts [LINES]
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configSchema } from '../src/config/schema.ts';
import { buildPipeline } from '../src/daemon/pipeline-parts.ts';
import { replayFile } from '../src/sources/file-tail/replay-file.ts';
import { fail2banRate } from './support/fail2ban-server.ts';
import { eventLines, type LinesOptions, xlogLines } from './support/log-lines.ts';
import { parseArguments, printTable } from './support/table.ts';

const FORMATS = [
  {
    format: 'opensips-events',
    lines: eventLines,
    pattern: '^E_SIPWARD,1 (register\\.failed|request\\.refused) [0-9]+ [0-9]* [0-9a-f.:]+ [0-9]+ (udp|tcp|tls|ws) ',
  },
  {
    format: 'opensips-log',
    lines: xlogLines,
    pattern: '(Failed registration|Door-knock|Scanner detected).*( from |src=)[0-9.]+',
  },
] as const;
const STEPS = ['parse', 'decide'] as const;
const FAIL2BAN_LINES = 40_000;
const ROUNDS = 4;
const GREPS = 10;
const NOW = Date.now();

/** Runs in a process of its own, so that no step warms up the compiler for another. */
async function measure(path: string, format: string, step: string): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    // Another pass over the same signals would be one into the past.
    const { pipeline } = buildPipeline(configSchema.parse({}), (component, error) => {
      throw new Error(`${component} failed`, { cause: error });
    });
    const before = process.cpuUsage();
    for await (const { signals } of replayFile({ path, format, sensor: 'bench', clock: () => NOW })) {
      if (step === 'decide') pipeline.process(signals);
    }
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

/** As bin/sipward starts it. */
const FLAGS = ['--min-semi-space-size=16', '--no-allocation-site-pretenuring'];

function inOwnProcess(path: string, format: string, step: string): number {
  const self = fileURLToPath(import.meta.url);
  const run = spawnSync(process.execPath, [...FLAGS, self, path, format, step], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`measuring ${step} of ${format} failed: ${run.stderr}`);
  return Number(run.stdout);
}

/**
 * CPU time of one of several runs, ms: the shell tells that of its children, to 10 ms. It prints its count, for with
 * nothing but /dev/null to print to, grep stops at the first match.
 */
function grep(pattern: string, path: string): number {
  const script = `for run in ${'x '.repeat(GREPS)}; do grep -cE "$1" "$2"; done; times`;
  const run = spawnSync('sh', ['-c', script, 'sh', pattern, path], { env: { LC_ALL: 'C' }, encoding: 'utf8' });
  const children = run.stdout.trim().split('\n').at(-1) ?? '';
  const times = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map((match) => Number(match[1]) * 60 + Number(match[2]));
  if (times.length !== 2) throw new Error(`grep failed: ${run.stdout}${run.stderr}`);
  return (times.reduce((sum, time) => sum + time, 0) * 1000) / GREPS;
}

function write(path: string, lines: (options: LinesOptions) => Iterable<string>, count: number): void {
  const file = openSync(path, 'w');
  let text = '';
  for (const line of lines({ lines: count, sources: 20_000, until: NOW })) {
    text += `${line}\n`;
    if (text.length > 1 << 20) {
      writeSync(file, text);
      text = '';
    }
  }
  writeSync(file, text);
  closeSync(file);
}

async function main(count: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'ingest-'));
  const rows: string[][] = [];
  const row = (what: string, perSecond: number, grepPerSecond: number, bytes?: number) =>
    rows.push([
      what,
      Math.round(perSecond).toLocaleString('en'),
      (1e9 / perSecond).toFixed(0),
      bytes === undefined ? '' : ((bytes * perSecond) / count / 1e6).toFixed(0),
      (perSecond / grepPerSecond).toFixed(2),
    ]);
  try {
    for (const { format, lines, pattern } of FORMATS) {
      const path = join(directory, format);
      write(path, lines, count);
      const bytes = statSync(path).size;
      const grepped = (count * 1000) / grep(pattern, path);
      row(`${format}: grep -cE`, grepped, grepped, bytes);
      for (const step of STEPS) {
        row(`${format}: ${step}`, (count * 1000) / inOwnProcess(path, format, step), grepped, bytes);
      }
    }
    const path = join(directory, 'fail2ban.log');
    write(path, xlogLines, FAIL2BAN_LINES);
    const grepped = (FAIL2BAN_LINES * 1000) / grep(FORMATS[1].pattern, path);
    for (const logLevel of ['INFO', 'WARNING']) {
      const rate = await fail2banRate(path, FAIL2BAN_LINES, logLevel, directory);
      if (rate === undefined) process.stdout.write('fail2ban is not installed: left out\n');
      else row(`opensips-log: fail2ban server, log level ${logLevel}`, rate, grepped);
    }
    printTable(
      `lines of a file (${count.toLocaleString('en')} lines, 20,000 sources; decide: all detectors and policy)`,
      ['what', 'lines a CPU second', 'ns a line', 'MB/s', 'of grep'],
      rows,
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const [first = '500000', format, step] = parseArguments();
if (format !== undefined && step !== undefined) process.stdout.write(String(await measure(first, format, step)));
else await main(Number(first));
