/** A real SIP server with a configuration of the test's own, lent to it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Phone, type Server } from './phone.ts';

export interface SipServerLoan {
  readonly command: string;
  /** @param file the configuration */
  readonly args: (file: string) => readonly string[];
  readonly config: string;
  /** Where it answers. */
  readonly server: Server;
}

/** @param use is given the file that the server's standard error goes to */
export async function withSipServer(loan: SipServerLoan, use: (logFile: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'sipward-server-'));
  const file = join(directory, 'server.cfg');
  const logFile = join(directory, 'server.log');
  writeFileSync(file, loan.config);
  const log = openSync(logFile, 'a');
  const child = spawn(loan.command, loan.args(file), { stdio: ['ignore', log, log], cwd: directory });
  closeSync(log);
  const exited = once(child, 'exit');
  try {
    const ended = exited.then(() => {
      throw new Error(`${loan.command} ended at once:\n${readFileSync(logFile, 'latin1')}`);
    });
    await Promise.race([answering(loan.server), ended]);
    await use(logFile);
  } finally {
    child.kill('SIGTERM');
    await exited;
    rmSync(directory, { recursive: true });
  }
}

/** Resolves once it answers at all. */
export async function answering(server: Server): Promise<void> {
  await using probe = await Phone.open('127.0.0.1', server);
  for (let attempt = 0; attempt < 4; attempt++) {
    try {
      await probe.options('probe');
      return;
    } catch {
      await sleep(100);
    }
  }
  throw new Error(`nothing answers at ${server.host}:${server.port}`);
}
