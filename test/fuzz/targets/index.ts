import type { FuzzTarget } from '../target.ts';
import { sip, sipStream, sipTraffic } from './sip.ts';

export const FUZZ_TARGETS: readonly FuzzTarget[] = [sip, sipStream, sipTraffic];
