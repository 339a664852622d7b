/** The entry of the command line: `bin/sipward` runs this file. Importing it runs nothing. */
import { type Command, CommanderError } from 'commander';
import { OperationError } from '../daemon/operation-error.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import type { Io } from './io.ts';
import { printable } from './printable.ts';
import { processIo } from './process-io.ts';
import { createProgram } from './program.ts';

/** Runs one command line and returns the exit code. @param argv without the program's own name */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const { root, exitCode, ran } = createProgram(io);
  try {
    await root.parseAsync([...argv], { from: 'user' });
    return exitCode();
  } catch (error) {
    if (error instanceof CommanderError) return commanderExit(error);
    for (const line of errorLines(error, ran())) io.stderr.write(`sipward: ${printable(line)}\n`);
    return exitCodeOf(error);
  }
}

/** commander has printed its message; help and version that were asked for are no error. */
function commanderExit(error: CommanderError): number {
  return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}

function errorLines(error: unknown, command: Command | undefined): readonly string[] {
  if (error instanceof OperationError) {
    return error.problems.map(({ field, message }) =>
      field === '' ? message : `${place(field, command)}: ${message}`,
    );
  }
  return (error instanceof Error ? error.message : String(error)).split('\n');
}

/** What the person typed for an input: `--for`, `<address>`. */
function place(field: string, command: Command | undefined): string {
  const name = field.replace(/^entries\[0\]\./, '');
  const option = command?.options.find((one) => one.attributeName() === name);
  if (option?.long) return option.long;
  return command?.registeredArguments.some((argument) => argument.name() === name) ? `<${name}>` : field;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), processIo());
