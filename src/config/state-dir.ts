import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory of package.json, in a checkout and when installed alike. */
export const PACKAGE_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

export const SYSTEM_STATE_DIR = '/var/lib/sipward';

export interface StateDirOptions {
  /** `--state-dir`, relative to `cwd`. */
  readonly option: string | undefined;
  /** `state-dir` of the configuration, relative to the directory of its file. */
  readonly configured: string | undefined;
  readonly configFile: string | undefined;
  readonly cwd: string;
  /** Only tests say otherwise. */
  readonly packageRoot?: string;
}

/** Where state lives: the option wins over the configuration, the configuration over the default. */
export function resolveStateDir(options: StateDirOptions): string {
  const { option, configured, configFile, cwd, packageRoot = PACKAGE_ROOT } = options;
  if (option !== undefined) return resolve(cwd, option);
  if (configured !== undefined) return resolve(configFile === undefined ? cwd : dirname(configFile), configured);
  return isCheckout(packageRoot) ? join(packageRoot, 'var') : SYSTEM_STATE_DIR;
}

/** A published package has no `src/`. */
export function isCheckout(packageRoot: string): boolean {
  return existsSync(join(packageRoot, 'src/cli/main.ts'));
}
