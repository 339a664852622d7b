import { type Command, Option } from 'commander';
import { version } from '../lib/version.ts';
import { type Bind, OwnCommand } from './command.ts';
import { COMMAND_GROUPS } from './commands/index.ts';
import type { Io } from './io.ts';
import { type GlobalOptions, Session } from './session.ts';

const EXIT_HELP = `
Exit status:
  0   done
  1   failed, refused, or nothing found
  2   the command line is wrong
  78  the configuration is wrong`;

export interface Program {
  readonly root: Command;
  /** The exit code of the action that ran. */
  readonly exitCode: () => number;
  /** The command whose action ran, for messages about its arguments. */
  readonly ran: () => Command | undefined;
}

/** The whole command line. Making it runs nothing. */
export function createProgram(io: Io): Program {
  let exitCode = 0;
  let ran: Command | undefined;
  const bind: Bind = (action) => {
    return async (...all) => {
      // commander passes the arguments, then the options, then the command.
      const command = all.pop() as Command;
      const options = all.pop();
      ran = command;
      const session = new Session(io, command.optsWithGlobals<GlobalOptions>());
      exitCode = (await action(session, all as never, options as never)) ?? 0;
    };
  };
  const root = rootCommand(io);
  for (const { heading, commands } of COMMAND_GROUPS) {
    root.commandsGroup(heading);
    for (const make of commands) root.addCommand(make(bind));
  }
  for (const child of root.commands) inherit(child, root);
  return { root, exitCode: () => exitCode, ran: () => ran };
}

function rootCommand(io: Io): Command {
  return new OwnCommand('sipward')
    .description('Security and threat detection for OpenSIPS session border controllers.')
    .version(version(), '-V, --version', 'print the version')
    .addOption(
      new Option(
        '-c, --config <file>',
        'the configuration (default: $SIPWARD_CONFIG, ./sipward.yaml, /etc/sipward/sipward.yaml)',
      ),
    )
    .addOption(new Option('--state-dir <dir>', 'the directory of database and control socket'))
    .addOption(new Option('--json', 'answer in JSON, with times in UTC'))
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns,
      getErrHelpWidth: () => io.stderr.columns,
      outputError: (text, write) => write(`sipward: ${text}`),
    })
    .showSuggestionAfterError(true)
    .exitOverride()
    .addHelpText('after', EXIT_HELP);
}

/** Commands made apart do not take over how the root prints and ends. */
function inherit(child: Command, parent: Command): void {
  child.copyInheritedSettings(parent);
  child.helpOption('-h, --help', 'print help');
  for (const grandchild of child.commands) inherit(grandchild, child);
}
