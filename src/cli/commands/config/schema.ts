import type { Command } from 'commander';
import { configJsonSchema } from '../../../config/json-schema.ts';
import { type Bind, command } from '../../command.ts';

export function configSchemaCommand(bind: Bind): Command {
  return command('schema', 'Print the JSON Schema of the configuration, for editors.', [
    'sipward config schema > sipward.schema.json',
  ]).action(
    bind(async (session) => {
      session.io.stdout.write(`${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
      return 0;
    }),
  );
}
