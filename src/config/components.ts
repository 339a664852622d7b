/**
 * Gives the components' schemas their place in the configuration. A schema stands beside its component; the kinds are
 * listed in each `index.ts`.
 */
import { z } from 'zod';
import type { DetectorMode } from '../detectors/detector.ts';
import { DETECTORS } from '../detectors/index.ts';
import { ENFORCERS } from '../enforcers/index.ts';
import { SOURCES } from '../sources/index.ts';

/** A detector's own section: its mode, and keys that only the detector itself reads. */
export interface DetectorConfig {
  readonly mode: DetectorMode;
}

const sourceName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, { error: 'expected a name of lower-case letters, digits and -, at most 32' });

/** Each kind says its `type` as a literal; the list is never empty. */
type SourceSchemas = [z.ZodObject<{ type: z.ZodLiteral<string> }>, ...z.ZodObject<{ type: z.ZodLiteral<string> }>[]];

/** `sources:`, sections that the user names, each of one `type`. */
export const sourcesConfig = z
  .record(sourceName, z.discriminatedUnion('type', SOURCES.map(({ schema }) => schema) as unknown as SourceSchemas))
  .describe('Where signals come from, by a name of your choice. Default: the decoy on loopback.');

/** `detectors:`, one section for each that exists. */
export const detectorsConfig = z
  .strictObject(Object.fromEntries(DETECTORS.map(({ name, schema }) => [name, withDefaults(schema)])))
  .transform((sections) => sections as Readonly<Record<string, DetectorConfig>>)
  .describe('What is taken for an attack.');

/** `enforcers:`, one section for each that exists. */
export const enforcersConfig = z
  .strictObject(Object.fromEntries(ENFORCERS.map(({ name, schema }) => [name, withDefaults(schema)])))
  .transform((sections) => sections as Readonly<Record<string, unknown>>)
  .describe('What keeps attackers out. They act only with `enforcement: enforce`.');

/** Every key of a section is optional, so the section is too. */
function withDefaults(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodPrefault ? schema : schema.prefault({});
}
