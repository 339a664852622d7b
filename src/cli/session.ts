import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { resolveStateDir } from '../config/state-dir.ts';
import { withOperations } from '../daemon/open-operations.ts';
import { OPERATIONS, type OperationName, type OperationResult, type Operations } from '../daemon/operations.ts';
import { fileProblem } from '../lib/file-problem.ts';
import { UsageError } from './exit-code.ts';
import type { Io } from './io.ts';
import { type Style, styleFor } from './style.ts';
import { type Cell, type Column, table } from './table.ts';

/** Options that every command takes, before or after its name. */
export interface GlobalOptions {
  readonly config?: string;
  readonly stateDir?: string;
  readonly json?: boolean;
}

/** One run of a command: what it may touch, and how it answers. */
export class Session {
  readonly io: Io;
  readonly json: boolean;
  /** Colours for standard output. */
  readonly style: Style;
  readonly #options: GlobalOptions;
  #loaded: LoadedConfig | undefined;

  constructor(io: Io, options: GlobalOptions) {
    this.io = io;
    this.json = options.json === true;
    this.style = styleFor(io);
    this.#options = options;
  }

  /** The configuration, read on first use. @throws ConfigError */
  get loaded(): LoadedConfig {
    const { env, cwd } = this.io;
    this.#loaded ??= loadConfig({ explicit: given('--config', 'a file', this.#options.config), env, cwd });
    return this.#loaded;
  }

  get stateDir(): string {
    const { config, file } = this.loaded;
    return resolveStateDir({
      option: given('--state-dir', 'a directory', this.#options.stateDir),
      configured: config['state-dir'],
      configFile: file,
      cwd: this.io.cwd,
    });
  }

  /** Lends the operations of the running daemon, or those over the store if none runs. */
  withOperations<T>(use: (operations: Operations) => Promise<T>): Promise<T> {
    return withOperations({ config: this.loaded.config, stateDir: this.stateDir, clock: this.io.clock }, use);
  }

  /** The result of an operation: as it is with --json, else as text. */
  answer<K extends OperationName>(name: K, result: OperationResult<K>, text: () => string): void {
    this.print(this.json ? z.encode(OPERATIONS[name].output as z.ZodType, result) : undefined, text);
  }

  /** The answer: the object with --json, else the text. */
  print(json: unknown, text: () => string): void {
    this.io.stdout.write(this.json ? `${JSON.stringify(json, undefined, 2)}\n` : text());
  }

  table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
    return table(
      columns,
      rows,
      this.style,
      this.io.stdout.isTerminal ? this.io.stdout.columns : Number.POSITIVE_INFINITY,
    );
  }

  /** A file of the person at the terminal. @throws Error in words that say which */
  readText(file: string): string {
    const path = resolve(this.io.cwd, file);
    try {
      return readFileSync(path, 'utf8');
    } catch (cause) {
      throw new Error(`${path}: ${fileProblem(cause)}`, { cause });
    }
  }

  /** A remark for the person at the terminal, never part of the answer. */
  note(text: string): void {
    this.io.stderr.write(`${text}\n`);
  }
}

/** An empty path would be the working directory: most likely a variable of a script is not set. @throws UsageError */
function given(option: string, expected: string, path: string | undefined): string | undefined {
  if (path === '') throw new UsageError(`${option}: expected ${expected}, got ""`);
  return path;
}
