/**
 * Runs the tests: `node test/run.ts unit` those that need nothing but node (all files in one process, for speed), or
 * `node test/run.ts e2e` those against real programs (each file in a process of its own). Further arguments choose
 * files by a part of their path.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';

/** Tests that start real programs or daemons are named so; they are not part of `npm test`. */
const E2E = /\.e2e\.test\.ts$|^test\/e2e\//;
const ALL = [
  'src/**/*.test.ts',
  'test/**/*.test.ts',
  'opensips/**/*.test.ts',
  'fail2ban/**/*.test.ts',
  'bench/**/*.test.ts',
];

const [suite = 'unit', ...parts] = process.argv.slice(2);
if (suite !== 'unit' && suite !== 'e2e') {
  process.stderr.write(`test/run.ts: expected "unit" or "e2e", got "${suite}"\n`);
  process.exit(2);
}
const files = globSync(ALL)
  .filter((file) => E2E.test(file) === (suite === 'e2e'))
  .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) {
  process.stderr.write(`test/run.ts: no ${suite} test matches ${parts.join(' ') || 'anything'}\n`);
  process.exit(1);
}
const isolation = suite === 'unit' ? ['--test-isolation=none'] : ['--test-concurrency=1'];
const reporters =
  process.env.CI === undefined ? ['dot', new URL('./support/skipped-reporter.ts', import.meta.url).href] : ['spec'];
const reporting = reporters.flatMap((one) => ['--test-reporter', one, '--test-reporter-destination', 'stdout']);
const run = spawnSync(
  process.execPath,
  [
    '--import',
    new URL('./support/property-seed.ts', import.meta.url).href,
    '--test',
    '--test-timeout=300000',
    ...isolation,
    ...reporting,
    ...files,
  ],
  {
    stdio: 'inherit',
  },
);
process.exit(run.status ?? 1);
