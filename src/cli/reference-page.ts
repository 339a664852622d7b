import type { Argument, Command, Option } from 'commander';
import { DocumentedCommand } from './command.ts';

const HEAD = `# The command line

\`bin/sipward COMMAND\` works in a checkout as it stands; installed, it is \`sipward COMMAND\`. While the daemon runs, commands
go through its control socket (\`control.sock\` in the state directory; whoever may open it is an operator). Without
a daemon they go straight to the store: what they change is enforced when the daemon runs again.

Exit status: 0 done; 1 failed, refused, or nothing found; 2 the command line is wrong; 78 the configuration is wrong.

<!-- Written by \`npm run docs\` from the commands themselves; do not edit. -->
`;

/** A page with every command, its arguments, options and examples. */
export function cliReferencePage(root: Command): string {
  const global = `## Global options\n\nBefore or after the command.\n\n${optionTable(root.options)}`;
  const leaves = root.commands.flatMap((child) => leavesOf(child, root.name()));
  const list = leaves.map(
    ({ path, command }) => `- [\`${path}\`](#${path.replaceAll(' ', '-')}): ${command.summary()}`,
  );
  const sections = leaves.map(({ path, command }) => commandSection(path, command));
  return [HEAD, `## Commands\n\n${list.join('\n')}\n`, global, ...sections].join('\n');
}

interface Leaf {
  readonly path: string;
  readonly command: Command;
}

function leavesOf(command: Command, above: string): readonly Leaf[] {
  const path = `${above} ${command.name()}`;
  return command.commands.length === 0 ? [{ path, command }] : command.commands.flatMap((one) => leavesOf(one, path));
}

function commandSection(path: string, command: Command): string {
  // commander writes [options] for the help option alone, too.
  const usage = command.options.length > 0 ? command.usage() : command.usage().replace('[options]', '').trimStart();
  const examples = command instanceof DocumentedCommand ? command.examples : [];
  return [
    `## ${path}`,
    `\n${command.description()}\n`,
    `    ${`${path} ${usage}`.trimEnd()}
`,
    ...(command.registeredArguments.length > 0 ? [`${argumentTable(command.registeredArguments)}`] : []),
    ...(command.options.length > 0 ? [optionTable(command.options)] : []),
    ...(examples.length > 0 ? [`Examples:\n\n${examples.map((one) => `    ${one}\n`).join('')}`] : []),
  ].join('\n');
}

function argumentTable(list: readonly Argument[]): string {
  const rows = list.map(
    (one) => `| \`${one.required ? `<${one.name()}>` : `[${one.name()}]`}\` | ${cell(one.description)} |`,
  );
  return `| argument | meaning |\n|---|---|\n${rows.join('\n')}\n`;
}

function optionTable(list: readonly Option[]): string {
  const rows = list.map((one) => `| \`${one.flags}\` | ${cell(one.description)} | ${fallback(one)} |`);
  return `| option | meaning | default |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function fallback({ defaultValue }: Option): string {
  return defaultValue === undefined || defaultValue === false ? '' : `\`${String(defaultValue)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
