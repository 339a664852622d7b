/** `intel:`, what is asked of others about addresses. */
import { z } from 'zod';
import { apibanConfig } from '../intel/apiban/config.ts';
import { fileFeedConfig } from '../intel/file-feed/config.ts';
import { geoConfig } from '../intel/geo/config.ts';

const listName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, { error: 'expected a name of lower-case letters, digits and -, at most 32' })
  .refine((name) => name !== 'apiban', { error: 'expected another name: apiban is the list of APIBan' });

export const intelConfig = z
  .strictObject({
    apiban: apibanConfig.prefault({}),
    files: z.record(listName, fileFeedConfig).prefault({}).describe('Lists in files, by a name of your choice.'),
    geo: geoConfig.prefault({}),
    'max-entries': z.int().min(1000).max(5_000_000).default(500_000).describe('Addresses and networks listed at most.'),
  })
  .describe(
    'What is known of addresses: lists of those that others found hostile, and where they are. It never blocks by itself: see detectors.reputation and detectors.geo.',
  );

export type IntelConfig = z.output<typeof intelConfig>;
