import { Command, type ErrorOptions, type HelpContext } from 'commander';
import { nounFor } from '../lib/count-text.ts';
import { EXIT } from './exit-code.ts';
import type { Session } from './session.ts';
import { usageText } from './usage-text.ts';

/** What a command does: gets its arguments and options, answers on the session, returns its exit code (0 if none). */
export type Action<A extends readonly unknown[], O> = (
  session: Session,
  args: A,
  options: O,
) => Promise<number | undefined>;

/** Turns an action into one that commander can call. */
export type Bind = <A extends readonly unknown[], O>(action: Action<A, O>) => (...all: unknown[]) => Promise<void>;

/** Makes one command; `bind` connects its action with the run. */
export type CommandFactory = (bind: Bind) => Command;

/** A command that tells in our words what is wrong with a command line. */
export class OwnCommand extends Command {
  override error(message: string, options?: ErrorOptions): never {
    return super.error(usageText(this, options?.code, message), options);
  }

  override help(context?: HelpContext | ((text: string) => string)): never {
    // commander shows its help where `sipward help x` names nothing.
    const [first, name] = this.args;
    if (typeof context === 'object' && context.error && first === 'help' && name !== undefined) {
      this.error(`error: unknown command '${name}'`, { code: 'commander.unknownCommand', exitCode: EXIT.usage });
    }
    return super.help(context as HelpContext);
  }
}

/** A command with examples, for its help and the reference page. */
export class DocumentedCommand extends OwnCommand {
  readonly examples: readonly string[];

  constructor(name: string, summary: string, examples: readonly string[]) {
    super(name);
    this.examples = [...examples];
    this.summary(summary).description(summary);
    const lines = examples.map((example) => `  $ ${example}`).join('\n');
    this.addHelpText('after', `\n${nounFor(examples.length, 'Example')}:\n${lines}`);
  }
}

/** A command with its sentence for lists and an example for its help. */
export function command(name: string, summary: string, examples: readonly string[]): Command {
  return new DocumentedCommand(name, summary, examples);
}

/** A noun: a command that only holds others. */
export function commandGroup(name: string, summary: string, members: readonly Command[]): Command {
  const group = new OwnCommand(name).summary(summary).description(summary);
  for (const member of members) group.addCommand(member);
  return group;
}
