/**
 * Fuzzes what reads other people's bytes: `npm run fuzz -- --minutes 60 --target sip`. Says every minute how far it is;
 * keeps each input that fails in a file, and ends with 1 if there is one. The same `--seed` breeds the same inputs.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Coverage } from './coverage.ts';
import { Fuzzer, type FuzzFailure } from './fuzzer.ts';
import { FUZZ_TARGETS } from './targets/index.ts';

const NAMES = FUZZ_TARGETS.map(({ name }) => name);
const USAGE = `fuzz: expected --minutes above 0 (default: 1), --seed a whole number (default: by the clock), --target of
${NAMES.join(', ')} (default: all; may be given several times), --failures a directory (default: var/fuzz)
`;
const { minutes, seed, targets, directory } = readArgs() ?? usage();

function readArgs() {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '1' },
        seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
        target: { type: 'string', multiple: true, default: NAMES },
        failures: { type: 'string', default: 'var/fuzz' },
      },
    });
    const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
    const isGood = values.target.every((name) => NAMES.includes(name)) && minutes > 0 && Number.isSafeInteger(seed);
    return isGood ? { minutes, seed, targets: values.target, directory: values.failures } : undefined;
  } catch {
    return undefined;
  }
}

function usage(): never {
  process.stderr.write(USAGE);
  process.exit(2);
}

using coverage = new Coverage();
const keep = (target: string, { input, error }: FuzzFailure, number: number) => {
  mkdirSync(directory, { recursive: true });
  const file = `${directory}/${target}-${seed}-${number}.bin`;
  writeFileSync(file, input);
  process.stdout.write(`${file}: ${error.stack}\n`);
};
const fuzzers = FUZZ_TARGETS.filter(({ name }) => targets.includes(name)).map(
  (target) =>
    new Fuzzer({ target, seed, coverage, onFailure: (failure, number) => keep(target.name, failure, number) }),
);
const started = Date.now();
const report = () => {
  const seconds = Math.round((Date.now() - started) / 1000);
  const each = fuzzers.map(
    ({ target, executions, inputs, slowestMsPerKb, failures }) =>
      `${target.name} ${executions} executions, ${inputs} inputs, slowest ${slowestMsPerKb.toFixed(2)} ms/kB, ${failures} failures`,
  );
  process.stdout.write(`${seconds} s, seed ${seed}, ${coverage.blocks} blocks: ${each.join('; ')}\n`);
};
for (const fuzzer of fuzzers) fuzzer.start();
report();
for (let lastReport = started; Date.now() - started < minutes * 60_000; ) {
  for (const fuzzer of fuzzers) fuzzer.round();
  if (Date.now() - lastReport < 60_000) continue;
  lastReport = Date.now();
  report();
}
report();

process.exitCode = fuzzers.some(({ failures }) => failures > 0) ? 1 : 0;
