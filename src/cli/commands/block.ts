import type { Command } from 'commander';
import { Network } from '../../lib/network.ts';
import { wordsOf } from '../../lib/target.ts';
import { type Bind, command } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { report } from '../outcome.ts';
import type { Session } from '../session.ts';
import { sshClient } from '../ssh-client.ts';
import { localTime } from '../times.ts';

interface Options {
  readonly for: string;
  readonly reason: string;
  readonly force: boolean;
}

export function blockCommand(bind: Bind): Command {
  return command('block', 'Keep an address, a network or a single port of an address out.', [
    'sipward block 203.0.113.7',
    'sipward block 203.0.113.0/24 --for 7d --reason "scans from this range"',
    'sipward block 2001:db8::1 --for forever',
    'sipward block udp:203.0.113.7:5071 --for 10m',
  ])
    .description(
      'Keep an address, a network or a single port of an address out: at once in every enforcer if the daemon runs. An IPv6 address stands for its /64. ' +
        'Addresses of the allowlist and of this host are never blocked. A longer block extends one in force; a shorter one changes nothing.',
    )
    .argument(
      '<address>',
      'IPv4 or IPv6 address, network in CIDR form, or port of an address (udp:ADDRESS:PORT, tcp:…)',
    )
    .option('--for <time>', 'how long: 30m, 1h, 7d, or forever', '1h')
    .option('--reason <text>', 'why, for the record', 'blocked by hand')
    .option('--force', 'also networks wider than /16 (IPv6: /32), and the address you are logged in from', false)
    .action(bind((session, [address]: [string], options: Options) => block(session, address, options)));
}

async function block(session: Session, address: string, options: Options): Promise<number> {
  if (!options.force && holdsOperator(session, address)) {
    session.note(`sipward: <address>: ${address} holds the address you are logged in from; use --force if it is meant`);
    return EXIT.failed;
  }
  return session.withOperations(async (operations) => {
    const result = await operations.block({ address, by: session.io.user, ...options });
    session.answer('block', result, () => {
      const until = result.expiresAt === null ? 'for ever' : `until ${localTime(result.expiresAt)}`;
      const verb = result.changed ? 'Blocked' : 'Already blocked';
      return `${verb} ${session.style('strong', wordsOf(result.target))} ${until}.\n`;
    });
    return report(session, result);
  });
}

/** Whether a block would end the session of the person who types it; an IPv6 address stands for its /64. */
function holdsOperator(session: Session, text: string): boolean {
  const from = sshClient(session.io.env);
  return from !== undefined && Network.parse(text)?.overlaps(Network.counted(from)) === true;
}
