/** The real fail2ban server with a jail that puts addresses into a kernel set, as a yardstick. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

export interface JailOptions {
  readonly directory: string;
  readonly log: string;
  readonly prefix: readonly string[];
  readonly maxRetry: number;
}

const FILTER = `[Definition]
failregex = REGISTER: Failed registration logged to database - .* from <HOST>:\\d+, response \\d+ .*$
datepattern = ^%%b %%d %%H:%%M:%%S
`;

const ACTION = `[Definition]
actionban = nft add element inet f2b banned { <ip> timeout 1h }
actionunban = true
`;

const jail = ({ log, maxRetry }: JailOptions) => `[opensips]
enabled = true
filter = opensips
logpath = ${log}
backend = auto
maxretry = ${maxRetry}
findtime = 300
bantime = 3600
action = nft
`;

/** Lends a server that watches the log; undefined if fail2ban is not installed. */
export async function withFail2ban<T>(options: JailOptions, use: () => Promise<T>): Promise<T | undefined> {
  if (spawnSync('fail2ban-server', ['--version']).error !== undefined) return undefined;
  const config = join(options.directory, 'fail2ban');
  for (const part of ['', 'filter.d', 'action.d', 'jail.d']) mkdirSync(join(config, part), { recursive: true });
  const socket = join(config, 'socket');
  const main = {
    loglevel: 'INFO',
    logtarget: join(config, 'log'),
    syslogsocket: 'auto',
    socket,
    pidfile: join(config, 'pid'),
    dbfile: 'None',
    dbpurgeage: '1d',
    dbmaxmatches: '10',
  };
  const lines = Object.entries(main).map(([key, value]) => `${key} = ${value}`);
  writeFileSync(join(config, 'fail2ban.conf'), `[Definition]\n${lines.join('\n')}\n`);
  writeFileSync(join(config, 'jail.conf'), jail(options));
  writeFileSync(join(config, 'filter.d', 'opensips.conf'), FILTER);
  writeFileSync(join(config, 'action.d', 'nft.conf'), ACTION);
  const inside = (...command: string[]) => {
    const [file = '', ...args] = [...options.prefix, ...command];
    return { file, args };
  };
  const table = inside('nft', 'add table inet f2b; add set inet f2b banned { type ipv4_addr; flags timeout; }');
  assert.equal(spawnSync(table.file, table.args).status, 0);
  const { file, args } = inside('fail2ban-server', '-f', '-c', config, 'start');
  const server = spawn(file, args, { stdio: 'ignore' });
  try {
    for (let waits = 0; waits < 100 && !existsSync(socket); waits++) await setTimeout(100);
    await setTimeout(2_000);
    assert.equal(server.exitCode, null, 'fail2ban runs');
    return await use();
  } finally {
    if (server.exitCode === null) {
      server.kill();
      await once(server, 'close');
    }
  }
}
