/**
 * One long-lived `nft -i`: a change costs a tenth of a millisecond instead of the start of a process.
 *
 * It must never list or get anything: from then on it would cache every element of every set and take hundreds of
 * milliseconds for each command (docs/decisions/nftables.md).
 */
import type { ChildProcess } from 'node:child_process';
import { complaint, start } from './command.ts';

/** nft remembers every line it has read; a new session after this many keeps it small. */
const LINES_PER_PROCESS = 5_000;

interface Pending {
  readonly mark: string;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export interface SessionOptions {
  readonly prefix: readonly string[];
  /** A line not answered within this time ends the process. */
  readonly timeoutMs: number;
}

/**
 * States: no process (at first, after a death or `close`), a process and no line, a process and one line pending.
 * `run` starts a process when there is none.
 */
export class NftSession {
  readonly #options: SessionOptions;
  #child: ChildProcess | undefined;
  #pending: Pending | undefined;
  #reply = '';
  #lines = 0;
  #marks = 0;

  constructor(options: SessionOptions) {
    this.#options = { ...options };
  }

  /** The process' id while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** One line is one transaction. Resolves when it is in force. Call again only after that. */
  run(line: string): Promise<void> {
    if (this.#pending) throw new Error('a line is pending');
    if (this.#lines >= LINES_PER_PROCESS) this.#endProcess();
    const child = this.#child ?? this.#startProcess();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // An unknown word as the next line: nft complains about it, by name, after everything about the line itself.
    const mark = `mark${++this.#marks}`;
    const timer = setTimeout(
      () => this.#fail(child, new Error(`nft -i did not answer within ${this.#options.timeoutMs} ms and was ended`)),
      this.#options.timeoutMs,
    );
    this.#pending = { mark, resolve, reject, timer };
    this.#lines++;
    child.stdin?.write(`${line}\n${mark}\n`);
    return promise;
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const ended = child.exitCode === null && new Promise((resolve) => child.once('close', resolve));
    this.#endProcess();
    await ended;
  }

  #startProcess(): ChildProcess {
    const child = start({ prefix: this.#options.prefix, program: 'nft', args: ['-i'] }, 'ignore');
    this.#child = child;
    this.#lines = 0;
    this.#reply = '';
    child.stdin?.on('error', (cause) => this.#fail(child, new Error('nft -i does not read', { cause })));
    child.on('error', (cause) => this.#fail(child, new Error('nft -i cannot be started', { cause })));
    child.on('close', (code, signal) => this.#fail(child, new Error(`nft -i ended (${signal ?? `code ${code}`})`)));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      if (child === this.#child) this.#read(chunk);
    });
    return child;
  }

  #read(chunk: string): void {
    this.#reply += chunk;
    const pending = this.#pending;
    if (!pending) return;
    // The complaint about the mark: a line on the error, the mark as it was sent, a line of blanks and carets.
    const at = this.#reply.indexOf(`\n${pending.mark}\n`);
    if (at < 0 || !this.#reply.endsWith('^\n')) return;
    const before = this.#reply.slice(0, this.#reply.lastIndexOf('\n', at - 1) + 1);
    this.#reply = '';
    this.#settle();
    if (before === '') pending.resolve();
    else pending.reject(complaint(before));
  }

  #settle(): void {
    clearTimeout(this.#pending?.timer);
    this.#pending = undefined;
  }

  #fail(child: ChildProcess, error: Error): void {
    child.kill('SIGKILL');
    if (child !== this.#child) return;
    this.#child = undefined;
    const pending = this.#pending;
    this.#settle();
    pending?.reject(error);
  }

  /** At the end of its input nft ends by itself. */
  #endProcess(): void {
    this.#child?.stdin?.end();
    this.#child = undefined;
  }
}
