import type { Command } from 'commander';
import { exampleConfig } from '../../../config/example.ts';
import { type Bind, command } from '../../command.ts';

export function configExampleCommand(bind: Bind): Command {
  return command('example', 'Print a configuration with every key, its meaning and its default.', [
    'sipward config example > sipward.yaml',
  ]).action(
    bind(async (session) => {
      session.io.stdout.write(exampleConfig());
      return 0;
    }),
  );
}
