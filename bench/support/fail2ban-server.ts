/** The real fail2ban server on a file, as a yardstick: with its own configuration, socket and no database. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const FILTER = `[Definition]
prefregex = ^\\s*\\S+ (?:/usr/sbin/)?opensips\\[\\d+\\]: <F-CONTENT>.+</F-CONTENT>$
failregex = ^REGISTER: Failed registration logged to database - .* from <HOST>:\\d+, response \\d+ .*$
            ^Door-knock attempt logged to database - domain=.* from <HOST>:\\d+$
            ^Door-knock blocked: domain=.* src=<HOST> \\(not found\\)$
            ^Scanner detected and logged to database - user_agent=.* from <HOST>:\\d+$
datepattern = ^%%b %%d %%H:%%M:%%S
`;

const JAIL = (path: string) => `[opensips]
enabled = true
filter = opensips
logpath = ${path}
backend = polling
maxretry = 10
findtime = 300
bantime = 3600
action =
`;

/** Lines that it takes in a second of CPU time, undefined if it is not installed. All lines must be failures of the last 5 minutes. */
export async function fail2banRate(
  path: string,
  lines: number,
  logLevel: string,
  directory: string,
): Promise<number | undefined> {
  if (spawnSync('fail2ban-server', ['--version']).error !== undefined) return undefined;
  const config = join(directory, `fail2ban-${logLevel}`);
  for (const part of ['', 'filter.d', 'action.d', 'jail.d']) mkdirSync(join(config, part), { recursive: true });
  const log = join(config, 'log');
  writeFileSync(
    join(config, 'fail2ban.conf'),
    `[Definition]\nloglevel = ${logLevel}\nlogtarget = ${log}\nsyslogsocket = auto\nsocket = ${config}/sock\npidfile = ${config}/pid\ndbfile = None\ndbpurgeage = 1d\ndbmaxmatches = 10\n`,
  );
  writeFileSync(join(config, 'jail.conf'), JAIL(path));
  writeFileSync(join(config, 'filter.d', 'opensips.conf'), FILTER);
  const files = ['-c', config, '-s', join(config, 'sock'), '-p', join(config, 'pid')];
  const server = spawn('fail2ban-server', [...files, '-f', 'start'], { stdio: 'ignore' });
  try {
    return await measure(files, lines, server.pid!);
  } finally {
    server.kill();
    await once(server, 'exit');
  }
}

async function measure(files: readonly string[], lines: number, pid: number): Promise<number> {
  let first: { readonly cpu: number; readonly failed: number } | undefined;
  for (let seen = 0, unchanged = 0; unchanged < 50; ) {
    await sleep(200);
    const failed = totalFailed(files);
    const cpu = cpuSeconds(pid);
    if (failed > 0) first ??= { cpu, failed };
    unchanged = failed > seen || first === undefined ? 0 : unchanged + 1;
    seen = failed;
    if (first !== undefined && failed >= lines) return (failed - first.failed) / (cpu - first.cpu);
  }
  throw new Error('fail2ban stopped before the last line');
}

/** User and system time, in ticks of 10 ms (proc(5), fields 14 and 15). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function totalFailed(files: readonly string[]): number {
  const { stdout } = spawnSync('fail2ban-client', [...files, 'status', 'opensips'], { encoding: 'utf8' });
  return Number(/Total failed:\s*(\d+)/.exec(stdout)?.[1] ?? 0);
}
