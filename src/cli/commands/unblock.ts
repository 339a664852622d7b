import type { Command } from 'commander';
import { wordsOf } from '../../lib/target.ts';
import { type Bind, command } from '../command.ts';
import { report } from '../outcome.ts';

interface Options {
  readonly reason: string;
}

export function unblockCommand(bind: Bind): Command {
  return command(
    'unblock',
    'Lift every block of an address (of single ports, too) or inside a network, from every layer. For a minute nothing blocks it again.',
    ['sipward unblock 203.0.113.7 --reason "customer called"', 'sipward unblock 203.0.113.0/24'],
  )
    .argument(
      '<address>',
      'IPv4 or IPv6 address, network in CIDR form, or port of an address (udp:ADDRESS:PORT, tcp:…)',
    )
    .option('--reason <text>', 'why, for the record', 'lifted by hand')
    .action(
      bind((session, [address]: [string], { reason }: Options) =>
        session.withOperations(async (operations) => {
          const result = await operations.unblock({ address, reason, by: session.io.user });
          session.answer('unblock', result, () =>
            result.lifted.length === 0
              ? `${wordsOf(address)} was not blocked.\n`
              : result.lifted
                  .map(({ target }) => `Lifted the block of ${session.style('strong', wordsOf(target))}.\n`)
                  .join(''),
          );
          return report(session, result);
        }),
      ),
    );
}
