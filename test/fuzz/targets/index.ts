import type { FuzzTarget } from '../target.ts';
import { capture } from './capture.ts';
import { hep } from './hep.ts';
import { json, logLines } from './log-lines.ts';
import { sip, sipStream, sipTraffic } from './sip.ts';

export const FUZZ_TARGETS: readonly FuzzTarget[] = [sip, sipStream, sipTraffic, hep, capture, logLines, json];
