import { userInfo } from 'node:os';
import type { WriteStream } from 'node:tty';
import { systemClock } from '../lib/clock.ts';
import type { Io, Output } from './io.ts';
import { watchNpm } from './parent.ts';

const DEFAULT_COLUMNS = 100;
/** A terminal gives Ctrl-C to us and to npm, which passes it on: twice within so long it was pressed once. */
const ECHO_MS = 300;

/** The real process. */
export function processIo(): Io {
  let stop: AbortSignal | undefined;
  return {
    stdin: process.stdin,
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    clock: systemClock,
    user: userName(process.env),
    // Only commands that ask for it end in order; the others are ended by a signal as any program.
    get stop() {
      stop ??= stopSignal();
      return stop;
    },
  };
}

/** The first signal asks to end, the second ends at once. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  let isOneMoreMeant = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isOneMoreMeant) process.exit(1);
      stopping.abort(new Error(`ended by ${signal}`));
      setTimeout(() => {
        isOneMoreMeant = true;
      }, ECHO_MS).unref();
    });
  }
  watchNpm({
    env: process.env,
    parentId: () => process.ppid,
    onGone: () => stopping.abort(new Error('ended, for npm that started it has gone')),
  });
  return stopping.signal;
}

function output(stream: WriteStream): Output {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // `sipward events | head`: the reader has seen enough.
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    columns: stream.columns ?? DEFAULT_COLUMNS,
  };
}

/** Who really asks, also under sudo. */
function userName(env: NodeJS.ProcessEnv): string {
  if (env.SUDO_USER) return env.SUDO_USER;
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user id that has no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
