import type { Command } from 'commander';
import { type Bind, command } from '../../command.ts';
import { localTime } from '../../times.ts';

export function allowListCommand(bind: Bind): Command {
  return command('list', 'List who is never blocked.', ['sipward allow list']).action(
    bind((session) =>
      session.withOperations(async (operations) => {
        const result = await operations.allowList({});
        session.answer('allowList', result, () =>
          session.table(
            [{ title: 'TARGET' }, { title: 'ADDED' }, { title: 'BY' }, { title: 'DESCRIPTION', flexible: true }],
            [
              ...result.entries.map(({ target, createdAt, createdBy, description }) => [
                target,
                localTime(createdAt),
                createdBy,
                description,
              ]),
              ...result.implied.map(({ target, description }) => [target, '', '', description]),
            ],
          ),
        );
        return 0;
      }),
    ),
  );
}
