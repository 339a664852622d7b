import type { Command } from 'commander';
import { countText } from '../lib/count-text.ts';
import { printable } from './printable.ts';

/** A wrong command line in our words: the place, what is allowed, what was found. @param message of commander, with its code */
export function usageText(command: Command, code: string | undefined, message: string): string {
  const words = WORDS[code ?? '']?.(command, message);
  return printable(words ?? message.replace(/^error: /, ''));
}

type Words = (command: Command, message: string) => string | undefined;

const WORDS: Readonly<Record<string, Words>> = {
  'commander.missingArgument': (command, message) => {
    const name = /'(.+)'$/.exec(message)?.[1];
    const argument = command.registeredArguments.find((one) => one.name() === name);
    return argument && `<${name}>: expected ${argument.description}, got nothing`;
  },
  'commander.excessArguments': (command) => {
    const { args, registeredArguments } = command;
    return `${pathOf(command)}: expected ${countText(registeredArguments.length, 'argument')}, got ${args.length}: ${args.join(', ')}`;
  },
  'commander.optionMissingArgument': (_command, message) => {
    const [, flag, value] = /(--[\w-]+) (<.+>)' argument missing$/.exec(message) ?? [];
    return flag && `${flag}: expected ${value}, got nothing`;
  },
  'commander.invalidArgument': (_command, message) => {
    const [, flag, found, allowed] =
      /option '.*?(--[\w-]+) .*?' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s.exec(message) ?? [];
    return flag && `${flag}: expected one of ${allowed}, got ${JSON.stringify(found)}`;
  },
  'commander.unknownOption': (command, message) => {
    const known = command.createHelp().visibleOptions(command);
    const names = known.flatMap(({ long }) => (long && long !== '--help' ? [long] : []));
    return unknown(message, /^error: unknown option '(.*)'$/s, 'option', names);
  },
  'commander.unknownCommand': (command, message) => {
    const known = command.createHelp().visibleCommands(command);
    const names = known.map((one) => one.name()).filter((name) => name !== 'help');
    return unknown(message, /^error: unknown command '(.*)'$/s, 'command', names);
  },
};

/** With what was meant, as commander guesses, and what there is. */
function unknown(message: string, pattern: RegExp, what: string, known: readonly string[]): string | undefined {
  const [first = '', guess] = message.split(/\n(?=\(Did you mean )/);
  const name = pattern.exec(first)?.[1];
  const meant = guess === undefined ? '' : ` ${guess.replace('(D', '(d')}`;
  const list = known.length === 0 ? 'none' : known.join(', ');
  return name && `${name}: unknown ${what}${meant}; known here: ${list}`;
}

/** `sipward allow add` */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
