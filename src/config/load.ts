import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileProblem } from '../lib/file-problem.ts';
import { parseConfig } from './parse.ts';
import { ConfigError } from './problem.ts';
import { type Config, configSchema } from './schema.ts';

export interface LoadOptions {
  /** `--config`. */
  readonly explicit?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Absolute path, or undefined for the embedded defaults. */
  readonly file: string | undefined;
}

export const SYSTEM_CONFIG_FILE = '/etc/sipward/sipward.yaml';

/** The file that will be read: one that was asked for by name, else the first that exists. */
export function findConfigFile({ explicit, env, cwd }: LoadOptions): string | undefined {
  const named = explicit ?? (env.SIPWARD_CONFIG || undefined);
  if (named !== undefined) return resolve(cwd, named);
  return [resolve(cwd, 'sipward.yaml'), SYSTEM_CONFIG_FILE].find((file) => existsSync(file));
}

/** @throws ConfigError if the file cannot be read or used */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const file = findConfigFile(options);
  if (file === undefined) return { config: configSchema.parse({}), file };
  return { config: parseConfig(readConfig(file), file), file };
}

function readConfig(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(file, [{ line: 0, column: 0, path: '', message: fileProblem(error) }], { cause: error });
  }
}
