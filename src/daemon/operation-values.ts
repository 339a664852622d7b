/** The values that go in and out of operations. Times are ISO 8601 on the wire, milliseconds inside. */
import { z } from 'zod';
import { DURATION_FORM, parseDuration } from '../lib/duration.ts';
import { EVENT_TYPES, SEVERITIES } from '../pipeline/finding.ts';
import { PROVEN, TRANSPORTS } from '../pipeline/signal.ts';
import type {
  AllowRow,
  Dossier,
  SignalRow,
  Stats,
  StoredBlock,
  StoredCampaign,
  StoredDisabled,
  StoredEvent,
  StoreStatus,
} from '../store/store.ts';
import { list, time } from './wire-values.ts';

/** What an operator writes about an action: one line, kept in the database and shown in tables. */
export const remark = z
  .string()
  .max(255, { error: 'expected at most 255 characters' })
  .regex(/^\P{Cc}*$/u, { error: 'expected one line without control characters' });

const BLOCK_TIME_FORM = `${DURATION_FORM} of at least 1s, or forever`;

/** How long to block: milliseconds, or null for ever. */
export const blockTime = z
  .string({ error: `expected ${BLOCK_TIME_FORM}` })
  .transform((text, context) => {
    if (text === 'forever') return null;
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= 1000) return ms;
    context.addIssue({ code: 'custom', message: `expected ${BLOCK_TIME_FORM}` });
    return z.NEVER;
  })
  .meta({ examples: ['1h', '7d', 'forever'] });

const SINCE_FORM = 'a span back from now such as 24h, or a time such as 2026-01-31T08:00:00Z';
/** A date, or a date and time; without an offset it is local time, as people mean it (ECMA-262 section 21.4.1.32). */
const DATE_TIME = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** A point in the past, from now or absolute. */
export const since = z
  .string({ error: `expected ${SINCE_FORM}` })
  .transform((text, context): { readonly agoMs: number } | { readonly at: number } => {
    const agoMs = parseDuration(text);
    if (agoMs !== undefined) return { agoMs };
    // A date alone would be read as UTC midnight; people mean their own.
    const at = DATE_TIME.test(text) ? Date.parse(text.length === 10 ? `${text}T00:00` : text) : Number.NaN;
    if (!Number.isNaN(at)) return { at };
    context.addIssue({ code: 'custom', message: `expected ${SINCE_FORM}` });
    return z.NEVER;
  })
  .meta({ examples: ['24h', '2026-01-31', '2026-01-31T08:00:00Z'] });

export const storedBlock = z.object({
  id: z.number(),
  target: z.string(),
  reason: z.string(),
  blockedAt: time,
  expiresAt: time.nullable(),
  automatic: z.boolean(),
  by: z.string(),
  unblockedAt: time.nullable(),
  unblockReason: z.string().nullable(),
}) satisfies z.ZodType<StoredBlock>;

export const storedDisabled = z.object({
  id: z.number(),
  aor: z.string(),
  reason: z.string(),
  disabledAt: time,
  expiresAt: time.nullable(),
  automatic: z.boolean(),
  by: z.string(),
  enabledAt: time.nullable(),
  enableReason: z.string().nullable(),
}) satisfies z.ZodType<StoredDisabled>;

export const storedEvent = z.object({
  id: z.number(),
  identity: z.string(),
  type: z.enum(EVENT_TYPES),
  severity: z.enum(SEVERITIES),
  ip: z.string(),
  aor: z.string(),
  description: z.string(),
  at: time,
  details: z.unknown(),
  campaign: z.string().nullable(),
  resolvedAt: time.nullable(),
  resolvedBy: z.string().nullable(),
}) satisfies z.ZodType<StoredEvent>;

export const storedCampaign = z.object({
  campaign: z.string(),
  description: z.string(),
  severity: z.enum(SEVERITIES),
  events: z.number(),
  sources: z.number(),
  firstAt: time,
  lastAt: time,
  over: z.boolean(),
}) satisfies z.ZodType<StoredCampaign>;

const signalRow = z.object({
  kind: z.enum(['register.failed', 'request.refused', 'malformed']),
  at: time,
  ip: z.string(),
  port: z.number(),
  transport: z.enum(TRANSPORTS),
  proven: z.enum(PROVEN),
  sensor: z.string(),
  method: z.string(),
  status: z.number(),
  reason: z.string(),
  user: z.string(),
  domain: z.string(),
  requestUri: z.string(),
  userAgent: z.string(),
  callId: z.string(),
  expires: z.number(),
  count: z.number(),
}) satisfies z.ZodType<SignalRow>;

export const dossier = z.object({
  blocks: list(storedBlock),
  disabled: list(storedDisabled),
  events: list(storedEvent),
  signals: list(signalRow),
  failures: z.number(),
  doorKnocks: z.number(),
  firstAt: time.nullable(),
  lastAt: time.nullable(),
}) satisfies z.ZodType<Dossier>;

export const allowRow = z.object({
  target: z.string(),
  description: z.string(),
  createdAt: time,
  createdBy: z.string(),
}) satisfies z.ZodType<AllowRow>;

/** Where an address is (ISO 3166-1 alpha-2), and the number and name of its network; each null if not known. */
export const origin = z.object({
  country: z.string().nullable(),
  asn: z.number().nullable(),
  network: z.string().nullable(),
});

export const stats = z.object({
  since: time,
  until: time,
  failedRegistrations: z.number(),
  doorKnocks: z.number(),
  events: z.number(),
  blocks: z.number(),
  activeBlocks: z.number(),
  allowlisted: z.number(),
  topSources: list(
    z.object({
      ip: z.string(),
      failures: z.number(),
      doorKnocks: z.number(),
      lastAt: time,
      /** ISO 3166-1 alpha-2; null if not known. */
      country: z.string().nullable(),
    }),
  ),
  topAccounts: list(z.object({ aor: z.string(), failures: z.number(), sources: z.number(), lastAt: time })),
  hours: list(
    z.object({
      hour: time,
      failures: z.number(),
      doorKnocks: z.number(),
      events: z.number(),
      blocks: z.number(),
    }),
  ),
}) satisfies z.ZodType<Stats>;

export const storeStatus = z.object({
  engine: z.enum(['sqlite', 'mysql']),
  location: z.string(),
  schemaVersion: z.number(),
  latestVersion: z.number(),
  bytes: z.number().nullable(),
  rows: z.record(z.string(), z.number()),
}) satisfies z.ZodType<StoreStatus>;

/** What one layer did with a request. */
export const layerResult = z.object({ layer: z.string(), error: z.string().nullable() });

export const layerCheck = z.object({
  layer: z.string(),
  blocked: z.boolean().nullable(),
  error: z.string().nullable(),
});
