import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What a real program said and how it ended. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Whether the program is on the PATH. A test that needs it says so in a line of its own when it is not. */
export function hasProgram(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => isExecutable(join(directory, name)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a program to its end; one that takes longer than 60 s is stopped. */
export function runProgram(name: string, args: readonly string[], cwd?: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { timeout: 60_000, ...(cwd === undefined ? {} : { cwd }) };
    const child = execFile(name, args, options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, output: stdout + stderr });
    });
  });
}
