import { z } from 'zod';
import { durationValue } from '../lib/config-values.ts';

const DAY_MS = 86_400_000;

export const silenceConfig = z
  .strictObject({
    mode: z
      .enum(['alarm', 'dry-run', 'off'])
      .default('alarm')
      .describe('alarm: a silence is an event; dry-run: it is only logged and shown; off: nobody looks for it.'),
    except: z
      .array(z.string().min(1))
      .default([])
      .meta({ examples: [['decoy']] })
      .describe(
        'Names of sources, or of one sender of a source (edge from 192.0.2.1), that may be silent for as long as they like; and that may hear blocked addresses: a capture in front of what keeps them out.',
      ),
    'learn-for': durationValue({ minMs: DAY_MS, maxMs: 90 * DAY_MS })
      .prefault('14d')
      .describe(
        'How long a source is watched before its silence tells anything. Each hour of the week should have been seen twice.',
      ),
    'min-gap': durationValue({ minMs: 5 * 60_000, maxMs: 30 * DAY_MS })
      .prefault('15m')
      .describe('A silence that is shorter is never told of, however rare it is.'),
    'one-in': z
      .int()
      .min(100)
      .max(1_000_000_000_000)
      .default(1_000_000)
      .describe(
        'How rare a silence must be for this source and hour of the week: as many as this must begin for one to last as long by chance.',
      ),
    'missing-after': durationValue({ minMs: 60_000, maxMs: 30 * DAY_MS })
      .prefault('12h')
      .describe(
        'How long the file of a source may be missing; some programs make it again only when they write to it.',
      ),
    'still-heard-after': durationValue({ minMs: 1000, maxMs: DAY_MS })
      .prefault('1m')
      .describe(
        'What a blocked address sends so long after its block began should not be heard any more. It allows for requests under way, and for clocks that differ.',
      ),
  })
  .prefault({})
  .describe('When silence is an alarm: of a source that normally speaks, and of enforcement without effect.');

export type SilenceConfig = z.output<typeof silenceConfig>;
