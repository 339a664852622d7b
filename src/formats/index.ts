import { asteriskLog } from './asterisk-log/parser.ts';
import type { Format } from './format.ts';
import { freeswitchLog } from './freeswitch-log/parser.ts';
import { kamailioLog } from './kamailio-log/parser.ts';
import { opensipsEvents } from './opensips-events/parser.ts';

/** All line-based formats, the most specific first: `auto` takes the first that understands a line. */
export const FORMATS: readonly Format[] = [opensipsEvents, asteriskLog, freeswitchLog, kamailioLog];
