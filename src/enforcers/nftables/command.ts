/** Programs run once: arguments as an array, input on stdin, never a shell. */
import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { EnforcerUnavailable } from '../enforcer.ts';

/** nft complained; the message is its own. */
export class NftError extends Error {
  override readonly name = 'NftError';
}

export interface Command {
  /** Put before the program, for example `ip netns exec sbc`. */
  readonly prefix: readonly string[];
  readonly program: 'nft' | 'ss';
  readonly args: readonly string[];
}

export interface RunOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
  /** Called with stdout as it comes; else it is collected. */
  readonly onStdout?: (chunk: string) => void;
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One transaction of 100,000 elements takes half a second; a command that takes this long is stuck. */
const TIMEOUT_MS = 30_000;
/** Complaints repeat the input; the beginning says it all. */
const MAX_COMPLAINT = 500;

/**
 * nft appends what `nft -i` reads to `$HOME/.nft.history`, for ever: below a file there can be none. The PATH of
 * services and of plain users often lacks the administrator's directories.
 */
function environment(): NodeJS.ProcessEnv {
  const path = `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/local/sbin:/usr/sbin:/sbin`;
  return { ...process.env, PATH: path, HOME: '/dev/null', LC_ALL: 'C' };
}

/** In a session of its own, so that a Ctrl-C meant for us does not end it in the middle of a transaction. */
export function start(command: Command, stdout: 'pipe' | 'ignore'): ChildProcess {
  const [file = command.program, ...args] = [...command.prefix, command.program, ...command.args];
  return spawn(file, args, { stdio: ['pipe', stdout, 'pipe'], env: environment(), detached: true });
}

/** Runs to the end, whatever the exit code. Throws only if the program cannot be started or is stuck. */
export async function run(command: Command, options: RunOptions = {}): Promise<Outcome> {
  const child = start(command, 'pipe');
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error('pipes were asked for');
  // A program that ends before it has read everything breaks the pipe: its exit code and complaint say why.
  stdin.on('error', () => {});
  stdin.end(options.input ?? '');
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', (error) => reject(unavailable(command, error)));
  child.on('close', resolve);
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    reject(new Error(`${command.program} did not answer within ${timeoutMs} ms and was ended`));
  }, timeoutMs);
  try {
    const output = options.onStdout ? drain(stdout.setEncoding('utf8'), options.onStdout) : text(stdout);
    const [code, out, err] = await Promise.all([ended, output, text(stderr)]);
    return { code, stdout: out, stderr: err };
  } finally {
    clearTimeout(timer);
  }
}

async function drain(stream: AsyncIterable<string>, take: (chunk: string) => void): Promise<string> {
  for await (const chunk of stream) take(chunk);
  return '';
}

/** Runs nft and returns its stdout; throws if it complains. */
export async function runNft(
  prefix: readonly string[],
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const outcome = await run({ prefix, program: 'nft', args }, options);
  if (outcome.code === 0) return outcome.stdout;
  throw isNotFound(outcome) ? notInstalled('nft') : complaint(outcome.stderr || `nft ended with code ${outcome.code}`);
}

/** What nft wrote on stderr as an error; one that will not go away by itself is `EnforcerUnavailable`. */
export function complaint(stderr: string): Error {
  const short = stderr.length > MAX_COMPLAINT ? `${stderr.slice(0, MAX_COMPLAINT)}…` : stderr;
  const cause = new NftError(short.trim());
  if (/Operation not permitted|you must be root/.test(stderr)) {
    return new EnforcerUnavailable(
      'nft may not change the firewall: run as root, or grant CAP_NET_ADMIN (systemd: AmbientCapabilities=CAP_NET_ADMIN)',
      { cause },
    );
  }
  if (/^nsenter: cannot open|^Cannot open network namespace/m.test(stderr)) {
    return new EnforcerUnavailable(`the place that prefix names is not there: ${cause.message}`, { cause });
  }
  if (/Unable to initialize Netlink socket|Protocol not supported/.test(stderr)) {
    return new EnforcerUnavailable('this kernel has no nf_tables: load the module nf_tables (modprobe nf_tables)', {
      cause,
    });
  }
  return cause;
}

function unavailable(command: Command, error: Error): Error {
  // EACCES: a directory of the PATH that may not be searched.
  if (!('code' in error) || (error.code !== 'ENOENT' && error.code !== 'EACCES')) return error;
  return notInstalled(command.prefix[0] ?? command.program, { cause: error });
}

/** As env and nsenter (127) or ip netns exec say that there is no such program to run. */
function isNotFound({ code, stderr }: Outcome): boolean {
  return code === 127 || /^exec of .* failed/m.test(stderr);
}

function notInstalled(program: string, options?: ErrorOptions): EnforcerUnavailable {
  const advice = program === 'nft' ? ': install the package nftables' : ': see prefix in the configuration of nftables';
  return new EnforcerUnavailable(`${program} is not installed${advice}`, options);
}
