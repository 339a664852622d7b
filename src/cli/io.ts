import type { Readable } from 'node:stream';
import type { Clock } from '../lib/clock.ts';

/** Where text goes. */
export interface Output {
  write(text: string): void;
  /** A person looks at it now: colours and progress make sense. */
  readonly isTerminal: boolean;
  /** Width in characters. */
  readonly columns: number;
}

/** Everything a command may touch besides the state directory; tests pass their own. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  /** The login name for the record. */
  readonly user: string;
  /** Aborts when the process is told to end. */
  readonly stop: AbortSignal;
}
