/** Writes the pages under docs/ that are made from the program itself: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleConfig } from '../config/example.ts';
import { configJsonSchema } from '../config/json-schema.ts';
import { configReferencePage } from '../config/reference-page.ts';
import { PACKAGE_ROOT } from '../config/state-dir.ts';
import { processIo } from './process-io.ts';
import { createProgram } from './program.ts';
import { cliReferencePage } from './reference-page.ts';

/** Path below the repository's root, and what must stand there. A test holds them in step. */
export function generatedDocs(): Readonly<Record<string, string>> {
  return {
    'docs/cli.md': cliReferencePage(createProgram(processIo()).root),
    'docs/configuration.md': configReferencePage(),
    'docs/sipward.example.yaml': exampleConfig(),
    'docs/sipward.schema.json': `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`,
  };
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(generatedDocs())) writeFileSync(join(PACKAGE_ROOT, path), text);
}
