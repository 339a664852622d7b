/**
 * What an operator can ask for. One table: the command line, the control socket, the HTTP API and the web page all
 * carry out exactly these, with these inputs and these results.
 */
import { z } from 'zod';
import { accountValue } from '../lib/account.ts';
import { durationValue, networkValue, targetValue } from '../lib/config-values.ts';
import { EVENT_TYPES, SEVERITIES } from '../pipeline/finding.ts';
import { BLOCK_ORDERS } from '../store/store.ts';
import { healthSchema } from './health.ts';
import {
  allowRow,
  blockTime,
  dossier,
  layerCheck,
  layerResult,
  origin,
  remark,
  since,
  stats,
  storedBlock,
  storedCampaign,
  storedDisabled,
  storedEvent,
  storeStatus,
} from './operation-values.ts';
import { list, time } from './wire-values.ts';

const by = remark.min(1).default('operator').describe('Who asks, for the record.');
/** The daemon that carried a request out; false when it only reached the store. */
const daemon = z.boolean();
const notes = list(z.string());

const campaignId = z
  .string()
  .regex(/^c-[2-9b-z]{6}$/, { error: 'expected the id of a campaign such as c-7f3k2p, as in `sipward events`' });

const MAX_BATCH = 1000;
export const MAX_PAGE = 10_000;

export const OPERATIONS = {
  status: {
    input: z.strictObject({}),
    output: z.object({ daemon, version: z.string(), health: healthSchema, store: storeStatus }),
  },

  block: {
    input: z.strictObject({
      address: targetValue(),
      for: blockTime.prefault('1h'),
      reason: remark.default('blocked by hand'),
      by,
      force: z.boolean().default(false).describe('Block networks that are wider than usual.'),
    }),
    output: z.object({
      daemon,
      target: z.string(),
      blockedAt: time,
      expiresAt: time.nullable(),
      /** False if a block that lasts at least as long was in force already. */
      changed: z.boolean(),
      layers: list(layerResult),
      notes,
    }),
  },
  unblock: {
    input: z.strictObject({ address: targetValue(), reason: remark.default('lifted by hand'), by }),
    output: z.object({ daemon, lifted: list(storedBlock), layers: list(layerResult), notes }),
  },
  blocks: {
    input: z.strictObject({
      after: z.int().min(0).default(0).describe('The last id of the page before.'),
      limit: z.int().min(1).max(MAX_PAGE).default(1000),
      first: z.enum(BLOCK_ORDERS).default('oldest'),
    }),
    output: z.object({ blocks: list(storedBlock), more: z.boolean() }),
  },

  disable: {
    input: z.strictObject({
      account: accountValue(),
      for: blockTime.prefault('1d'),
      reason: remark.default('disabled by hand'),
      by,
    }),
    output: z.object({
      daemon,
      aor: z.string(),
      disabledAt: time,
      expiresAt: time.nullable(),
      /** False if it was disabled for at least as long already. */
      changed: z.boolean(),
      layers: list(layerResult),
      notes,
    }),
  },
  enable: {
    input: z.strictObject({ account: accountValue(), reason: remark.default('enabled by hand'), by }),
    output: z.object({ daemon, enabled: list(storedDisabled), layers: list(layerResult), notes }),
  },
  disabled: {
    input: z.strictObject({
      after: z.int().min(0).default(0).describe('The last id of the page before.'),
      limit: z.int().min(1).max(MAX_PAGE).default(1000),
    }),
    output: z.object({ accounts: list(storedDisabled), more: z.boolean() }),
  },

  why: {
    input: z.strictObject({
      subject: z
        .string()
        .trim()
        .min(1, { error: 'expected an IP address, a network or an account' })
        .max(511, { error: 'expected an IP address, a network or an account of at most 511 characters' }),
      limit: z.int().min(1).max(1000).default(20),
    }),
    output: z.object({
      daemon,
      subject: z.union([z.object({ ip: z.string() }), z.object({ aor: z.string() })]),
      verdict: z.enum(['blocked', 'disabled', 'allowlisted', 'not-blocked']),
      /** Where an address is and whose network it is in; null for accounts. */
      origin: origin.nullable(),
      /** How bad it is from 0 to 100, by what was last found about it; null if nothing was. */
      score: z.number().nullable(),
      /** The answer in one sentence. */
      answer: z.string(),
      /** Blocks in force that keep it out. */
      blocks: list(storedBlock),
      /** Blocks in force of single ports of it. */
      ports: list(storedBlock),
      /** How the account is disabled now, if it is one and is. */
      disabled: storedDisabled.nullable(),
      /** Why it can never be blocked. */
      allowlist: list(z.object({ target: z.string(), description: z.string() })),
      layers: list(layerCheck),
      /** Those that its latest events belong to. */
      campaigns: list(storedCampaign),
      history: dossier,
      notes,
    }),
  },

  allowAdd: {
    input: z.strictObject({
      entries: z
        .array(z.strictObject({ address: networkValue(), description: remark.default('') }))
        .min(1)
        .max(MAX_BATCH),
      by,
      force: z.boolean().default(false).describe('Allow networks that are wider than usual.'),
    }),
    output: z.object({
      daemon,
      added: list(z.string()),
      updated: list(z.string()),
      /** Blocks that ended because the allowlist always wins. */
      lifted: list(storedBlock),
      layers: list(layerResult),
      notes,
    }),
  },
  allowRemove: {
    input: z.strictObject({ address: networkValue(), by }),
    output: z.object({ daemon, removed: z.string(), layers: list(layerResult), notes }),
  },
  allowList: {
    input: z.strictObject({}),
    output: z.object({
      entries: list(allowRow),
      /** Never blocked without standing in the list: the host itself, and what the configuration names. */
      implied: list(z.object({ target: z.string(), description: z.string() })),
    }),
  },

  events: {
    input: z.strictObject({
      type: z.enum(EVENT_TYPES).optional(),
      severity: z.enum(SEVERITIES).optional(),
      since: since.optional(),
      source: networkValue().optional(),
      resolved: z.boolean().optional(),
      campaign: campaignId.nullable().optional().describe('null: those that belong to none.'),
      fold: z.boolean().default(false).describe('Each campaign in place of its events.'),
      limit: z.int().min(1).max(MAX_PAGE).default(100),
    }),
    /** With `fold`, `events` are those of no campaign; else they are all, and there are no `campaigns`. */
    output: z.object({ events: list(storedEvent), campaigns: list(storedCampaign) }),
  },
  campaigns: {
    input: z.strictObject({
      since: since.prefault('24h'),
      limit: z.int().min(1).max(200).default(20),
    }),
    output: z.object({ campaigns: list(storedCampaign) }),
  },
  eventResolve: {
    input: z.strictObject({ id: z.int().min(1), by }),
    output: z.object({ id: z.number() }),
  },
  stats: {
    input: z.strictObject({ since: durationValue({ minMs: 1000 }).prefault('24h') }),
    output: stats,
  },

  dbStatus: { input: z.strictObject({}), output: storeStatus },
  dbPrune: { input: z.strictObject({}), output: z.object({ deleted: z.record(z.string(), z.number()) }) },

  doctor: {
    input: z.strictObject({}),
    output: z.object({
      checks: list(
        z.object({
          name: z.string(),
          state: z.enum(['ok', 'warning', 'failed']),
          /** What was found, in one sentence. */
          found: z.string(),
          /** What to do about it; empty if nothing. */
          advice: z.string(),
        }),
      ),
    }),
  },
} as const;

export type OperationName = keyof typeof OPERATIONS;
export const OPERATION_NAMES = Object.keys(OPERATIONS) as readonly OperationName[];

/** What a caller writes. */
export type OperationInput<K extends OperationName> = z.input<(typeof OPERATIONS)[K]['input']>;
/** The same after parsing: addresses, milliseconds, defaults filled in. */
export type ParsedInput<K extends OperationName> = z.output<(typeof OPERATIONS)[K]['input']>;
export type OperationResult<K extends OperationName> = z.output<(typeof OPERATIONS)[K]['output']>;

/** Every operation; throws `OperationError` if it was not carried out. */
export type Operations = {
  readonly [K in OperationName]: (input: OperationInput<K>) => Promise<OperationResult<K>>;
};

/** Implementations get parsed input: nothing re-checks later. */
export type Handlers = {
  readonly [K in OperationName]: (input: ParsedInput<K>) => Promise<OperationResult<K>>;
};
