import { asteriskLog } from './asterisk-log/parser.ts';
import { autoFormat } from './detect.ts';
import type { Format } from './format.ts';
import { freeswitchLog } from './freeswitch-log/parser.ts';
import { kamailioLog } from './kamailio-log/parser.ts';
import { opensipsEvents } from './opensips-events/parser.ts';
import { opensipsLog } from './opensips-log/parser.ts';

/** All line-based formats, the most specific first. */
export const FORMATS: readonly Format[] = [opensipsEvents, opensipsLog, asteriskLog, freeswitchLog, kamailioLog];

/** What a configuration may name: a format, or `auto`. */
export const FORMAT_NAMES: readonly string[] = ['auto', ...FORMATS.map(({ type }) => type)];

/** @param name one of `FORMAT_NAMES` */
export function formatNamed(name: string): Format {
  const format = name === 'auto' ? autoFormat(FORMATS) : FORMATS.find(({ type }) => type === name);
  if (format === undefined)
    throw new Error(`unknown format ${JSON.stringify(name)}: expected ${FORMAT_NAMES.join(', ')}`);
  return format;
}

/** Captures are no lines: `replay` reads them so. */
export { captureKind, readCapture } from './pcap/read-capture.ts';
