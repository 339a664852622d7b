/** Private network namespaces with a real kernel in them, as root or (user namespaces allowed) as anybody. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

export interface Namespace {
  /** Put before a command, runs it in there. */
  readonly prefix: readonly string[];
  readonly pid: number;
  /** Runs a command in there and returns its stdout. */
  readonly sh: (...command: string[]) => string;
}

const isRoot = process.getuid?.() === 0;
const ENVIRONMENT = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

/** Why there can be no namespace here, undefined if there can. In CI that is a failure, not a reason. */
export function whyNoNamespace(): string | undefined {
  const tried = spawnSync('unshare', [...holdArguments, 'nft', 'list', 'tables'], {
    env: ENVIRONMENT,
    encoding: 'utf8',
  });
  if (tried.status === 0) return undefined;
  const reason = tried.error?.message ?? tried.stderr.trim();
  assert.ok(process.env.CI !== 'true', `CI must be able to make a network namespace with nft: ${reason}`);
  return `needs unshare and nft: ${reason}`;
}

const holdArguments = isRoot ? ['-n'] : ['-r', '-n'];

/** Lends a namespace that ends with the callback. */
export function withNamespace<T>(use: (namespace: Namespace) => Promise<T>, parent?: Namespace): Promise<T> {
  return hold(parent ? [...parent.prefix, 'unshare', '-n'] : ['unshare', ...holdArguments], isRoot, use);
}

/** The same in a user namespace of its own, as in a container without rights on the host. */
export function withUserNamespace<T>(use: (namespace: Namespace) => Promise<T>): Promise<T> {
  return hold(['unshare', '-r', '-n'], false, use);
}

/** Joins two namespaces by a cable, an address at each end. */
export function cable(name: string, one: Namespace, oneAddress: string, other: Namespace, otherAddress: string): void {
  one.sh('ip', 'link', 'add', `${name}0`, 'type', 'veth', 'peer', 'name', `${name}1`, 'netns', String(other.pid));
  one.sh('ip', 'address', 'add', `${oneAddress}/24`, 'dev', `${name}0`);
  one.sh('ip', 'link', 'set', `${name}0`, 'up');
  other.sh('ip', 'address', 'add', `${otherAddress}/24`, 'dev', `${name}1`);
  other.sh('ip', 'link', 'set', `${name}1`, 'up');
}

async function hold<T>(
  command: readonly string[],
  isHostUser: boolean,
  use: (namespace: Namespace) => Promise<T>,
): Promise<T> {
  const [file = '', ...args] = [...command, 'sh', '-c', HOLD];
  // Ends when its stdin does, so also when this process dies.
  const holder = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'], env: ENVIRONMENT });
  try {
    const pid = await readPid(holder);
    const prefix = [
      'nsenter',
      '--target',
      `${pid}`,
      ...(isHostUser ? ['--net'] : ['--user', '--preserve-credentials', '--net']),
    ];
    const sh = (...command: string[]) => {
      const [program = '', ...rest] = [...prefix, ...command];
      return execFileSync(program, rest, { env: ENVIRONMENT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    };
    sh('ip', 'link', 'set', 'lo', 'up');
    return await use({ prefix, pid, sh });
  } finally {
    holder.stdin?.end();
    if (holder.exitCode === null) await once(holder, 'close');
  }
}

/** Says its process id and waits for the end of its stdin. */
const HOLD = 'echo $$; cat';

async function readPid(holder: ChildProcess): Promise<number> {
  assert.ok(holder.stdout);
  for await (const chunk of holder.stdout) return Number(String(chunk));
  throw new Error('no namespace');
}
