import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { resolveStateDir } from '../config/state-dir.ts';
import type { Io } from './io.ts';
import { type Style, styleFor } from './style.ts';

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
    this.#loaded ??= loadConfig({ explicit: this.#options.config, env, cwd });
    return this.#loaded;
  }

  get stateDir(): string {
    const { config, file } = this.loaded;
    return resolveStateDir({
      option: this.#options.stateDir,
      configured: config['state-dir'],
      configFile: file,
      cwd: this.io.cwd,
    });
  }

  /** The answer: the object with --json, else the text. */
  print(json: unknown, text: () => string): void {
    this.io.stdout.write(this.json ? `${JSON.stringify(json, undefined, 2)}\n` : text());
  }

  /** A remark for the person at the terminal, never part of the answer. */
  note(text: string): void {
    this.io.stderr.write(`${text}\n`);
  }
}
