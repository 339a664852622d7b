import { Argument, type Command } from 'commander';
import { type Bind, command } from '../../command.ts';
import { number } from '../../option-values.ts';

export function eventsResolveCommand(bind: Bind): Command {
  return command('resolve', 'Mark a security event as resolved.', ['sipward events resolve 42'])
    .addArgument(new Argument('<id>', 'its number in `sipward events`').argParser(number))
    .action(
      bind((session, [id]: [number]) =>
        session.withOperations(async (operations) => {
          const result = await operations.eventResolve({ id, by: session.io.user });
          session.answer('eventResolve', result, () => `Event ${id} is resolved.\n`);
          return 0;
        }),
      ),
    );
}
