import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { assertLinear } from '../../test/support/linear-time.ts';
import type { Signal } from '../pipeline/signal.ts';
import type { Format, LineParser, Parsed } from './format.ts';

/** Samples without a year are of 2026; the time zone of the process must not matter. */
export const NOW = Date.UTC(2026, 6, 15, 12);

interface Sample {
  readonly title: string;
  readonly verdict: string;
  readonly line: string;
}

/**
 * Runs a format over the `samples.log` beside its test: for each line, the verdict stands in the comment before it.
 *
 *     #= register.failed 192.0.2.7 5060 user=100 status=401
 *     #= ignored
 *     #= unrecognised
 *
 * Other comments are titles. The lines go through one parser in order, as those of a file do; `#= new file` starts another.
 */
export function testSamples(format: Format, samples: URL): void {
  const files = readSamples(samples);
  const lines = files.flat().map((sample) => sample.line);
  describe(`${format.type} samples`, () => {
    for (const file of files) {
      const parser = parserOf(format);
      for (const { title, verdict, line } of file) {
        it(`${title}: ${verdict}`, () => assert.equal(describeParsed(parser.parse(line), verdict), verdict));
      }
    }
    it('never throws on lines mixed of these', () => {
      const piece = fc.oneof(
        fc.tuple(fc.constantFrom(...lines), fc.nat(400), fc.nat(400)).map(([line, a, b]) => line.slice(a, a + b)),
        fc.string({ unit: 'binary', maxLength: 30 }),
      );
      fc.assert(
        fc.property(fc.array(fc.array(piece, { maxLength: 4 }), { maxLength: 5 }), (mixed) => {
          const parser = parserOf(format);
          for (const pieces of mixed) checkParsed(parser.parse(pieces.join('')));
        }),
        { numRuns: 3000 },
      );
    });
    it('bounds every text, whichever word of a line is too long', () => {
      for (const line of lines) {
        for (const { index, 0: word } of line.matchAll(/[A-Za-z]+/g)) {
          const long = line.slice(0, index) + word + 'x'.repeat(3000) + line.slice(index + word.length);
          checkParsed(parserOf(format).parse(long));
        }
      }
    });
    it('is linear in the length of the line', () => {
      // One repeated piece of any sample: 400 kB took over a minute if searching began anew at each.
      for (const line of lines) {
        for (const unit of [line.slice(-40), line.slice(40, 60), "' failed for '", '",LocalAddress="', '] from ip ']) {
          const parser = parserOf(format);
          const repeated = (length: number) => line.slice(0, 80) + unit.repeat(length / Math.max(unit.length, 1));
          assertLinear(`${JSON.stringify(unit)} after ${line}`, repeated, (long) => parser.parse(long), 20_000);
        }
      }
    });
  });
}

function parserOf(format: Format): LineParser {
  return format.parser({ sensor: 'test', now: () => NOW });
}

function checkParsed(parsed: Parsed): void {
  if (typeof parsed === 'string') return;
  assert.ok(Number.isFinite(parsed.at) && parsed.count >= 1 && parsed.port >= 0 && parsed.port <= 65535);
  for (const value of Object.values(parsed)) if (typeof value === 'string') assert.ok(value.length <= 1024);
}

/** What was parsed, in the words of `verdict`: only the fields that it names. */
function describeParsed(parsed: Parsed, verdict: string): string {
  if (typeof parsed === 'string') return parsed;
  const names = [...verdict.matchAll(/ (\w+)=/g)].map((match) => match[1] as keyof Signal);
  const fields = names.map((name) => ` ${name}=${name === 'at' ? new Date(parsed.at).toISOString() : parsed[name]}`);
  return `${parsed.kind} ${parsed.address.text} ${parsed.port}${fields.join('')}`;
}

function readSamples(samples: URL): readonly (readonly Sample[])[] {
  const files: Sample[][] = [[]];
  let title = '';
  let verdict = '';
  for (const line of readFileSync(samples, 'latin1').split('\n')) {
    if (line === '#= new file') files.push([]);
    else if (line.startsWith('#= ')) verdict = Buffer.from(line.slice(3), 'latin1').toString();
    else if (line.startsWith('# ')) title = line.slice(2);
    else if (line !== '') files.at(-1)?.push({ title, verdict, line });
  }
  return files;
}
