import { resolve } from 'node:path';
import type { Command } from 'commander';
import { checkOpensips } from '../../../opensips/check.ts';
import { type Bind, command } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';

export function opensipsCheckCommand(bind: Bind): Command {
  return command('check', 'Try the configuration with the OpenSIPS that is installed.', [
    'sipward opensips check',
    'sipward opensips check /etc/opensips/opensips.cfg',
  ])
    .description(
      'Try the configuration with the OpenSIPS that is installed: its modules are there, it accepts the complete SBC (or the file given, with the drop-in in place: the gate is called), and the running one answers. Changes nothing.',
    )
    .argument('[file]', 'your opensips.cfg; default: the complete SBC as it would be rendered')
    .action(
      bind<[string | undefined], object>(async (session, [file]) => {
        const path = file === undefined ? undefined : resolve(session.io.cwd, file);
        // Asked for here: OpenSIPS would tell in its own words.
        if (path !== undefined) session.readText(path);
        const results = await checkOpensips(session.loaded.config.opensips, path);
        const ok = results.every((result) => result.ok);
        session.print({ ok, checks: results }, () =>
          results.map(({ name, ok: good, detail }) => `${good ? 'ok    ' : 'FAILED'}  ${name}: ${detail}\n`).join(''),
        );
        return ok ? EXIT.ok : EXIT.failed;
      }),
    );
}
