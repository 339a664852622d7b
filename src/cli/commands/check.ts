import type { Command } from 'commander';
import { GeoBook } from '../../intel/geo/geo-book.ts';
import { type Bind, command } from '../command.ts';
import { printable } from '../printable.ts';

/**
 * `sipward check`: reads the configuration as `run` would, and the geographic data it names; nothing else.
 *
 * A file of geographic data that cannot be used is a warning here and no reason for `run` not to start: detection does
 * without it, and a file that broke long after it was configured (a renewal cut short, a disk that is not mounted yet)
 * would else leave the host without protection at its next restart. So that a mistyped path is seen all the same, `check`,
 * the log of `run`, an event and `doctor` tell of it, in the same words.
 */
export function checkCommand(bind: Bind): Command {
  return command('check', 'Check the configuration and change nothing.', [
    'sipward check',
    'sipward --config /etc/sipward/sipward.yaml check',
  ]).action(
    bind(async (session) => {
      const { config, file = null } = session.loaded;
      const warnings = (await new GeoBook(config.intel.geo).round()).faults.map(({ message }) => message);
      session.print({ ok: true, file, stateDir: session.stateDir, warnings }, () =>
        file === null
          ? 'No configuration file found: the embedded defaults are used.\n'
          : `${file}: the configuration is good.\n`,
      );
      for (const warning of warnings) session.note(`sipward: ${printable(warning)}; sipward runs without it`);
      return 0;
    }),
  );
}
