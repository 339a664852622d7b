/**
 * Bounds what sipward's checks cost OpenSIPS: at most 1.2 times the processor time a request takes in the same complete
 * SBC without them; and shows what the signals cost on top, here one for each REGISTER. Yardstick in the same run, if MariaDB is installed: two SQL queries a request, as
 * scripts that ask a database for allowlist and blocks do.
 *
 * A back end that only answers stands behind the SBC. REGISTER goes through it and is saved; OPTIONS is answered by the
 * SBC itself, the cheapest thing it does. Variants take turns, so that all share the state of the machine; the median
 * of the rounds counts.
 *
 *     node bench/sbc-overhead.bench.ts
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { opensipsConfig } from '../src/opensips/config.ts';
import { type RenderedFile, renderSbc } from '../src/opensips/render/render.ts';
import { writeRendered } from '../src/opensips/render/write.ts';
import { type MariaDb, mariadbMissing, startMariaDb } from '../src/store/mysql/mariadb.testkit.ts';
import { findOpensips, freePort, loopbackNet, type OpensipsProgram } from '../test/support/opensips.ts';
import { type Load, processorMs, send } from './support/sip-load.ts';
import { printTable } from './support/table.ts';

const ROUNDS = 5;
const BUDGET = 1.2;
const LOADS = [
  { method: 'REGISTER', uri: 'sip:example.com', perSecond: 500, seconds: 4 },
  { method: 'OPTIONS', uri: 'sip:example.com', perSecond: 1_500, seconds: 3 },
] as const;

interface Variant {
  readonly name: string;
  /** Turns the rendered SBC into this variant. */
  readonly change: (files: readonly RenderedFile[]) => readonly RenderedFile[];
}

const edit = (files: readonly RenderedFile[], change: (text: string, path: string) => string) =>
  files.map((file) => ({ ...file, content: change(file.content, file.path) }));

/** The same SBC, with no call of sipward's routes and without pike's hook. */
const withoutChecks = (files: readonly RenderedFile[]) =>
  edit(files, (text, path) => {
    if (path === 'security/modules.cfg') return text.replace(/^modparam\("pike", "check_route".*$/m, '');
    return path.startsWith('sbc/') ? withoutCalls(text, 'gate|watch|watch_call|reply') : text;
  });

const withoutCalls = (text: string, routes: string) =>
  text
    .replace(new RegExp(`^\\s*route\\(sipward_(${routes})\\);$`, 'gm'), '')
    .replaceAll('t_on_reply("sipward_replies");', '');

/** All checks in memory, but no watching of replies: no signal of what went well. */
const checksAlone = (files: readonly RenderedFile[]) =>
  edit(files, (text, path) => (path.startsWith('sbc/') ? withoutCalls(text, 'watch|watch_call|reply') : text));

/** What the plan had: ask a database twice for each request. */
const withQueries = (url: string, modulesDir: string) => (files: readonly RenderedFile[]) =>
  edit(withoutChecks(files), (text, path) => {
    if (path === 'sbc/modules.cfg') {
      const load = ['db_mysql', 'sqlops'].map((name) => `loadmodule "${modulesDir}/${name}.so"`).join('\n');
      return `${text}\n${load}\nmodparam("sqlops", "db_url", "${url}")\n`;
    }
    if (path !== 'sbc/requests.cfg') return text;
    const query = (table: string) => `\tsql_query("SELECT id FROM ${table} WHERE ip_address='$si'", "$avp(row)");`;
    return text.replace('route {\n', `route {\n${query('whitelisted_ips')}\n${query('blocked_ips')}\n`);
  });

interface Running {
  readonly net: string;
  readonly pid: number;
}

async function withVariant(
  program: OpensipsProgram,
  variant: Variant,
  use: (running: Running) => Promise<void>,
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'sipward-bench-'));
  const net = loopbackNet();
  const high = 1_000_000;
  const config = opensipsConfig.parse({
    dir: `${dir}/etc`,
    events: `${dir}/events.log`,
    mi: `http://127.0.0.1:${await freePort()}/mi`,
    'modules-dir': program.modulesDir,
    listen: [`udp:${net}.1:5060`],
    workers: 2,
    log: 'stderr',
    domains: ['example.com'],
    'back-ends': [`${net}.2:5060`],
    limits: { register: high, options: high },
    flood: high,
  });
  writeRendered(config.dir, variant.change(renderSbc(config)));
  writeFileSync(join(dir, 'back-end.cfg'), backEnd(net, program.modulesDir));
  const processes: ChildProcess[] = [];
  const start = (cfg: string) => {
    const child = spawn(program.binary, ['-F', '-m', '256', '-f', cfg], { stdio: 'ignore' });
    processes.push(child);
    return child;
  };
  try {
    start(join(dir, 'back-end.cfg'));
    const sbc = start(join(dir, 'etc/sbc/opensips.cfg'));
    await sleep(2_000);
    assert.equal(sbc.exitCode, null, `${variant.name}: OpenSIPS did not start`);
    await use({ net, pid: sbc.pid ?? 0 });
  } finally {
    for (const child of processes) {
      const gone = child.exitCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(dir, { recursive: true });
  }
}

/** Answers everything with 200 and the contacts it was sent. */
function backEnd(net: string, modulesDir: string): string {
  const modules = ['signaling', 'sl', 'sipmsgops'].map((name) => `loadmodule "${name}.so"`).join('\n');
  return `udp_workers=1
syslog_enabled=no
socket=udp:${net}.2:5060
mpath="${modulesDir}/"
loadmodule "proto_udp.so"
${modules}
route {
	append_to_reply("Contact: $hdr(Contact);expires=300\\r\\n");
	sl_send_reply(200, "OK");
}
`;
}

/** Processor time in µs a request of this load. */
async function measure({ net, pid }: Running, load: Omit<Load, 'net'>): Promise<number> {
  await send({ ...load, net, seconds: 1 });
  const before = processorMs(pid);
  const { sent, answered } = await send({ ...load, net });
  const spent = processorMs(pid) - before;
  assert.ok(answered > sent * 0.9, `${answered} of ${sent} answered`);
  return (spent * 1000) / answered;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function compare(program: OpensipsProgram, variants: readonly Variant[]): Promise<void> {
  const results = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const variant of variants) {
      await withVariant(program, variant, async (running) => {
        for (const load of LOADS) {
          const key = `${load.method} ${variant.name}`;
          results.set(key, [...(results.get(key) ?? []), await measure(running, load)]);
        }
      });
    }
  }
  const cost = (method: string, variant: string) => median(results.get(`${method} ${variant}`) ?? []);
  printTable(
    `Processor time of OpenSIPS ${program.version} a request, median of ${ROUNDS} rounds`,
    ['variant', ...LOADS.flatMap(({ method }) => [`${method} µs`, 'ratio'])],
    variants.map(({ name }) => [
      name,
      ...LOADS.flatMap(({ method }) => [
        cost(method, name).toFixed(0),
        (cost(method, name) / cost(method, variants[0]?.name ?? '')).toFixed(2),
      ]),
    ]),
  );
  const ratio = cost('REGISTER', 'checks') / cost('REGISTER', 'without checks');
  process.stdout.write(`\nbudget: ${BUDGET} for a request that goes through, seen ${ratio.toFixed(2)}\n`);
  process.exitCode = ratio <= BUDGET ? 0 : 1;
}

async function withDatabase(use: (url: string | undefined) => Promise<void>): Promise<void> {
  const missing = mariadbMissing();
  if (missing !== false) {
    process.stdout.write(`the yardstick is left out: ${missing}\n`);
    return use(undefined);
  }
  const mariadb: MariaDb = await startMariaDb();
  try {
    const { host, port, user, password, database } = await mariadb.database();
    for (const table of ['whitelisted_ips', 'blocked_ips']) {
      const columns = 'id INT AUTO_INCREMENT PRIMARY KEY, ip_address VARCHAR(45) NOT NULL, INDEX (ip_address)';
      await mariadb.query(`CREATE TABLE ${database}.${table} (${columns})`);
    }
    await use(`mysql://${user}:${String(password)}@${host}:${port}/${database}`);
  } finally {
    await mariadb.remove();
  }
}

const [program] = findOpensips();
if (program === undefined) {
  process.stdout.write('sbc-overhead: OpenSIPS is not on the PATH, nothing was measured\n');
} else {
  await withDatabase((url) =>
    compare(program, [
      { name: 'without checks', change: withoutChecks },
      { name: 'checks', change: checksAlone },
      { name: 'checks and signals', change: (files) => files },
      ...(url === undefined ? [] : [{ name: 'two SQL queries', change: withQueries(url, program.modulesDir) }]),
    ]),
  );
}
