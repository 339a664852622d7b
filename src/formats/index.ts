import type { Format } from './format.ts';
import { opensipsEvents } from './opensips-events/parser.ts';

/** All line-based formats, the most specific first: `auto` takes the first that understands a line. */
export const FORMATS: readonly Format[] = [opensipsEvents];
