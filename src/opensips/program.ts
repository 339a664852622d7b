import { spawnSync } from 'node:child_process';
import { existsSync, globSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

/** An OpenSIPS as it is installed. */
export interface OpensipsProgram {
  /** The file itself, with links followed. */
  readonly binary: string;
  /** `3.6.8` */
  readonly version: string;
  /** Where its modules are, if they were found. */
  readonly modulesDir: string | undefined;
}

/** The program of that name on the PATH, or of that path; undefined if there is none that answers as OpenSIPS does. */
export function findProgram(name: string, path = process.env.PATH ?? ''): OpensipsProgram | undefined {
  const candidates = isAbsolute(name) ? [name] : path.split(':').map((dir) => join(dir, name));
  const file = candidates.find((candidate) => existsSync(candidate));
  if (file === undefined) return undefined;
  const { stdout, error } = spawnSync(file, ['-V'], { encoding: 'utf8', timeout: 10_000 });
  const version = error === undefined ? /opensips (\d+\.\d+\.\d+)/.exec(stdout)?.[1] : undefined;
  if (version === undefined) return undefined;
  const binary = realpathSync(file);
  return { binary, version, modulesDir: findModulesDir(binary) };
}

/** Beside the program, as its build lays them out; Debian's packages have them in `/usr/lib/ARCHITECTURE`. */
function findModulesDir(binary: string): string | undefined {
  const prefix = dirname(dirname(binary));
  const patterns = ['lib64/opensips/modules', 'lib/opensips/modules', 'lib/*/opensips/modules'];
  return patterns.flatMap((pattern) => globSync(join(prefix, pattern)))[0];
}

export interface SyntaxCheck {
  readonly ok: boolean;
  /** What OpenSIPS complains about, each once, without time and process. */
  readonly complaints: readonly string[];
}

/** Lets OpenSIPS itself read a configuration, without starting it. */
export function checkSyntax(program: OpensipsProgram, cfg: string): SyntaxCheck {
  const { status, stdout, stderr, error } = spawnSync(program.binary, ['-C', '-f', cfg], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  if (error !== undefined) return { ok: false, complaints: [error.message] };
  const complaints = `${stdout}\n${stderr}`
    .split('\n')
    .map((line) => /(?:ERROR|CRITICAL):(.*)$/.exec(line)?.[1]?.trim())
    .filter((line) => line !== undefined && line !== '');
  return { ok: status === 0, complaints: [...new Set(complaints as string[])].slice(0, 20) };
}
