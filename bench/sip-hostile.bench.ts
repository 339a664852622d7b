/**
 * Bounds what a hostile message can cost: values of nothing but delimiters, as long as a datagram can be, with every
 * reading done. Linear time means that four times the length costs four times as much, not sixteen.
 */
import { HEADER_NAMES } from '../src/lib/sip/header-names.ts';
import { readEverything } from '../test/support/sip-values.ts';

const SHORT_BYTES = 15_000;
const LONG_BYTES = 60_000;
const PASSES = 5;

const UNITS = [
  '"',
  '\\',
  ';',
  ',',
  '<',
  '>',
  '@',
  ':',
  '%',
  '%41',
  ' ',
  '\r\n ',
  '";"',
  ';a="',
  '<>,',
  'a=b,',
  '::',
  '\xff',
];

/** One header whose value is the unit over and over. */
function hostile(name: string, unit: string, bytes: number): Buffer {
  return Buffer.from(`OPTIONS sip:a@b SIP/2.0\r\n${name}: x${unit.repeat(bytes / unit.length)}\r\n\r\n`, 'latin1');
}

function bestMs(message: Buffer): number {
  let best = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < PASSES; pass++) {
    const start = process.hrtime.bigint();
    readEverything(message);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e6);
  }
  return best;
}

export const bench = {
  name: 'sip-hostile',
  describe: 'milliseconds to read all there is in a hostile datagram',
  async run() {
    const rows = HEADER_NAMES.flatMap((name) =>
      UNITS.map((unit) => {
        const short = bestMs(hostile(name, unit, SHORT_BYTES));
        const long = bestMs(hostile(name, unit, LONG_BYTES));
        return {
          header: name,
          unit: JSON.stringify(unit),
          'ms (60 kB)': round(long),
          'times 15 kB': round(long / short),
        };
      }),
    );
    return rows.toSorted((a, b) => b['ms (60 kB)'] - a['ms (60 kB)']).slice(0, 8);
  },
};

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

if (import.meta.main) console.table(await bench.run());
