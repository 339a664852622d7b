import type { Command } from 'commander';
import type { LoadedConfig } from '../../config/load.ts';
import { ConfigError } from '../../config/problem.ts';
import { GeoBook } from '../../intel/geo/geo-book.ts';
import { type Bind, command } from '../command.ts';

/** `sipward check`: reads the configuration as `run` would, and the geographic data it names; nothing else. */
export function checkCommand(bind: Bind): Command {
  return command('check', 'Check the configuration and change nothing.', [
    'sipward check',
    'sipward --config /etc/sipward/sipward.yaml check',
  ]).action(
    bind(async (session) => {
      const file = session.loaded.file ?? null;
      await checkGeoFiles(session.loaded);
      session.print({ ok: true, file, stateDir: session.stateDir }, () =>
        file === null
          ? 'No configuration file found: the embedded defaults are used.\n'
          : `${file}: the configuration is good.\n`,
      );
      return 0;
    }),
  );
}

/** @throws ConfigError if one of them cannot be used: when running that is a fault, and addresses are nowhere */
async function checkGeoFiles({ config, file }: LoadedConfig): Promise<void> {
  const { faults } = await new GeoBook(config.intel.geo).round();
  if (faults.length === 0) return;
  const problems = faults.map(({ message }) => ({ line: 0, column: 0, path: '', message }));
  throw new ConfigError(file ?? 'embedded defaults', problems, { cause: faults[0] });
}
