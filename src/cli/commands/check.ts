import type { Command } from 'commander';
import { type Bind, command } from '../command.ts';

/** `sipward check`: reads the configuration as `run` would, and nothing else. */
export function checkCommand(bind: Bind): Command {
  return command('check', 'Check the configuration and change nothing.', [
    'sipward check',
    'sipward --config /etc/sipward/sipward.yaml check',
  ]).action(
    bind(async (session) => {
      const file = session.loaded.file ?? null;
      session.print({ ok: true, file, stateDir: session.stateDir }, () =>
        file === null
          ? 'No configuration file found: the embedded defaults are used.\n'
          : `${file}: the configuration is good.\n`,
      );
      return 0;
    }),
  );
}
