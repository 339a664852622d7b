/** Runs benchmarks one after the other: `npm run bench` all of them, `npm run bench -- ingest restore` those named. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, resolve } from 'node:path';

const all = globSync(resolve(import.meta.dirname, '*.bench.ts')).sort();
const nameOf = (file: string) => basename(file, '.bench.ts');
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.some((file) => nameOf(file) === name));
if (unknown.length > 0) {
  process.stderr.write(`bench: no benchmark ${unknown.join(', ')}; known: ${all.map(nameOf).join(', ')}\n`);
  process.exit(2);
}
let failed = 0;
for (const file of all.filter((one) => wanted.length === 0 || wanted.includes(nameOf(one)))) {
  if (spawnSync(process.execPath, [file], { stdio: 'inherit' }).status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
