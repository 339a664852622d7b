import { z } from 'zod';

/** Keys of every source that journals what it hears, for its own schema. */
export const journalKeys = {
  'journal-segment-bytes': z
    .int()
    .min(4096)
    .max(1_073_741_824)
    .default(8_388_608)
    .describe('The journal goes on in a new file after this many bytes. Default 8388608.'),
  'journal-segments': z
    .int()
    .min(2)
    .max(1000)
    .default(8)
    .describe('Journal files kept at most; the oldest is deleted, which is told if nobody has read it yet. Default 8.'),
} as const;
