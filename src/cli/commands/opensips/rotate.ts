import type { Command } from 'commander';
import { MiClient } from '../../../lib/opensips/mi-client.ts';
import { type Bind, command } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';

export function opensipsRotateCommand(bind: Bind): Command {
  return command('rotate', 'Make OpenSIPS open its events file anew, after it was renamed.', [
    'sipward opensips rotate',
  ])
    .description(
      'Make the running OpenSIPS open its events file (opensips.events) anew: for logrotate, after the file was renamed. sipward reads the renamed one to its end.',
    )
    .action(
      bind(async (session) => {
        const { mi: url, events } = session.loaded.config.opensips;
        const mi = new MiClient(url);
        await mi.call('events-rotate', { path_to_file: events }).finally(() => mi.close());
        session.print({ events }, () => `OpenSIPS opens ${events} anew at its next event\n`);
        return EXIT.ok;
      }),
    );
}
