/**
 * Bounds what a hostile message can cost: values of nothing but delimiters, as long as a datagram can be, with every
 * reading done. Linear time means that four times the length costs four times as much, not sixteen.
 */
import { HEADER_NAMES } from '../src/lib/sip/header-names.ts';
import { readEverything } from '../test/support/sip-values.ts';
import { printTable } from './support/table.ts';

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
  async run(): Promise<void> {
    const measured = HEADER_NAMES.flatMap((header) =>
      UNITS.map((unit) => {
        const shortMs = bestMs(hostile(header, unit, SHORT_BYTES));
        const longMs = bestMs(hostile(header, unit, LONG_BYTES));
        return { header, unit: JSON.stringify(unit), longMs, growth: longMs / shortMs };
      }),
    );
    const worst = measured.toSorted((a, b) => b.longMs - a.longMs).slice(0, 8);
    printTable(
      `Reading all there is in a hostile datagram of 60 kB, the slowest of ${measured.length}`,
      ['header', 'filled with', 'ms', 'times 15 kB'],
      worst.map(({ header, unit, longMs, growth }) => [header, unit, longMs.toFixed(2), growth.toFixed(1)]),
    );
  },
};

if (import.meta.main) await bench.run();
