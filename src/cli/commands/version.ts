import type { Command } from 'commander';
import { version } from '../../lib/version.ts';
import { type Bind, command } from '../command.ts';

export function versionCommand(bind: Bind): Command {
  return command('version', 'Print the version.', ['sipward version --json']).action(
    bind(async (session) => {
      const versions = { sipward: version(), node: process.versions.node };
      session.print(versions, () => `sipward ${versions.sipward} (node ${versions.node})\n`);
      return 0;
    }),
  );
}
