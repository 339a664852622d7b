/**
 * What sipward remembers on disk. All arguments and results are plain data: the embedded store lives in a worker thread
 * (`node:sqlite` is synchronous), so that nothing here ever delays a block.
 */
import type { EventType, Severity } from '../pipeline/finding.ts';
import type { Proven, SignalKind, Transport } from '../pipeline/signal.ts';

/** A failed registration or a door knock: what becomes of a signal of those kinds. Times in ms since the epoch. */
export interface SignalRow {
  readonly kind: Extract<SignalKind, 'register.failed' | 'request.refused' | 'malformed'>;
  readonly at: number;
  readonly ip: string;
  readonly port: number;
  readonly transport: Transport;
  readonly proven: Proven;
  readonly sensor: string;
  readonly method: string;
  readonly status: number;
  readonly reason: string;
  readonly user: string;
  readonly domain: string;
  readonly requestUri: string;
  readonly userAgent: string;
  readonly callId: string;
  readonly expires: number;
  readonly count: number;
}

export interface EventRow {
  /** Unique: writing the same event again (input read twice after a crash) changes nothing. */
  readonly identity: string;
  readonly type: EventType;
  readonly severity: Severity;
  /** Canonical text of an address or network, or '' */
  readonly ip: string;
  readonly aor: string;
  readonly description: string;
  readonly at: number;
  /** JSON: the evidence. */
  readonly details: unknown;
  /** The campaign it belongs to, as far as is known. */
  readonly campaign?: string | null;
}

/** An event, written before, belongs to a campaign. */
export interface CampaignJoin {
  readonly campaign: string;
  readonly identity: string;
}

/** A campaign, as its events tell it. */
export interface StoredCampaign {
  readonly campaign: string;
  /** What was told of it last. */
  readonly description: string;
  /** The highest it had. */
  readonly severity: Severity;
  /** Of these and the following what was asked for is counted. */
  readonly events: number;
  /** Different addresses and networks. */
  readonly sources: number;
  readonly firstAt: number;
  /** When something was last found of it. */
  readonly lastAt: number;
  /** It was told to be over. */
  readonly over: boolean;
}

export interface FoldedEvents {
  /** Those that belong to no campaign, newest first. */
  readonly events: readonly StoredEvent[];
  /** In place of the others; the latest first. */
  readonly campaigns: readonly StoredCampaign[];
}

export interface BlockRow {
  /** Canonical text of an address, a CIDR network or a flow. */
  readonly target: string;
  readonly reason: string;
  readonly blockedAt: number;
  /** null: never. */
  readonly expiresAt: number | null;
  readonly automatic: boolean;
  /** Operator's name for a block by hand, detector's name else. */
  readonly by: string;
  /** Decided for packets that others may have sent; absent: no. */
  readonly forgeable?: boolean;
}

/** How often a target was blocked. */
export interface BlockHistory {
  readonly target: string;
  readonly times: number;
  readonly trusted: number;
  readonly lastEnd: number;
}

export interface StoredBlock extends BlockRow {
  readonly id: number;
  readonly unblockedAt: number | null;
  readonly unblockReason: string | null;
}

/** An account kept from calling until a time. */
export interface DisabledRow {
  /** In its one spelling: `canonicalAor`. */
  readonly aor: string;
  readonly reason: string;
  readonly disabledAt: number;
  /** null: until it is enabled by hand. */
  readonly expiresAt: number | null;
  readonly automatic: boolean;
  /** Operator's name if disabled by hand, detector's name else. */
  readonly by: string;
}

export interface StoredDisabled extends DisabledRow {
  readonly id: number;
  readonly enabledAt: number | null;
  readonly enableReason: string | null;
}

export interface StoredEvent extends EventRow {
  readonly id: number;
  readonly campaign: string | null;
  readonly resolvedAt: number | null;
  /** Operator's name, or `sipward`; null as long as it is open, or if it is not known. */
  readonly resolvedBy: string | null;
}

export interface AllowRow {
  readonly target: string;
  readonly description: string;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** How events of a type and severity are alerted: a row of `alert_config`. */
export interface AlertRule {
  readonly type: EventType;
  readonly severity: Severity;
  readonly email: boolean;
  readonly sms: boolean;
  readonly webhookUrl: string | null;
  readonly cooldownMinutes: number;
  readonly lastAlertAt: number | null;
}

/** What is known about an address: a row of `ip_reputation`. */
export interface ReputationRow {
  /** Canonical text of an address. */
  readonly ip: string;
  /** ISO 3166-1 alpha-2, or ''. */
  readonly country: string;
  readonly isVpn: boolean;
  readonly isProxy: boolean;
  readonly isTor: boolean;
  readonly score: number;
  readonly updatedAt: number;
}

/** Written in one transaction. */
export interface Commit {
  /** The source whose input led to it, and where that goes on. */
  readonly source: string;
  readonly position: unknown;
  readonly signals: readonly SignalRow[];
  readonly events: readonly EventRow[];
  /** Of events in this commit or an earlier one; one that belongs to a campaign already keeps it. */
  readonly joins?: readonly CampaignJoin[];
  /** An active block of the same target is extended (never shortened), else a row is added. */
  readonly blocks: readonly BlockRow[];
  /** Disabled accounts, by the same rule as blocks; absent: none. */
  readonly disabled?: readonly DisabledRow[];
  /** What is now known about addresses, each at most once: added, or in place of what was known. */
  readonly reputations?: readonly ReputationRow[];
}

export interface EventFilter {
  readonly type?: EventType;
  readonly severity?: Severity;
  /** ms since the epoch, inclusive. */
  readonly since?: number;
  /** Address or network; a network finds the addresses in it. */
  readonly source?: string;
  readonly resolved?: boolean;
  /** null: those that belong to none. */
  readonly campaign?: string | null;
  /** Newest first; default 100. */
  readonly limit?: number;
}

export interface SourceCount {
  /** An IPv4 address, or an IPv6 /64. */
  readonly ip: string;
  readonly failures: number;
  readonly doorKnocks: number;
  readonly lastAt: number;
}

export interface AccountCount {
  readonly aor: string;
  readonly failures: number;
  /** Distinct sources among its newest failures, at most 500 of them. */
  readonly sources: number;
  readonly lastAt: number;
}

export interface Stats {
  /** The start of the hour of what was asked for: whole hours are counted. */
  readonly since: number;
  readonly until: number;
  readonly failedRegistrations: number;
  readonly doorKnocks: number;
  readonly events: number;
  readonly blocks: number;
  readonly activeBlocks: number;
  readonly allowlisted: number;
  readonly topSources: readonly SourceCount[];
  readonly topAccounts: readonly AccountCount[];
  /** Per hour, UTC, oldest first. */
  readonly hours: readonly {
    readonly hour: number;
    readonly failures: number;
    readonly doorKnocks: number;
    readonly events: number;
    readonly blocks: number;
  }[];
}

/** All that is stored about one address, network or account. */
export interface Dossier {
  /** Of an address or network. */
  readonly blocks: readonly StoredBlock[];
  /** Of an account: the times it was disabled. */
  readonly disabled: readonly StoredDisabled[];
  readonly events: readonly StoredEvent[];
  readonly signals: readonly SignalRow[];
  readonly failures: number;
  readonly doorKnocks: number;
  readonly firstAt: number | null;
  readonly lastAt: number | null;
}

export interface StoreStatus {
  readonly engine: 'sqlite' | 'mysql';
  /** File path, or `user@host/database` (never the password). */
  readonly location: string;
  readonly schemaVersion: number;
  readonly latestVersion: number;
  readonly bytes: number | null;
  readonly rows: Readonly<Record<string, number>>;
}

export interface Retention {
  /** Rows older than this are deleted; 0 keeps them forever. ms. */
  readonly signalsMs: number;
  readonly eventsMs: number;
  readonly blocksMs: number;
}

/** Which blocks come first: by when they were stored. */
export const BLOCK_ORDERS = ['oldest', 'newest'] as const;
export type BlockOrder = (typeof BLOCK_ORDERS)[number];

export interface Store {
  commit(commit: Commit): Promise<void>;
  /** Committed positions by source. */
  positions(): Promise<Readonly<Record<string, unknown>>>;
  /** Signals seen since, oldest first, at most `limit` (the newest are kept): to warm up detectors after a restart. */
  recentSignals(since: number, limit: number): Promise<readonly SignalRow[]>;

  /** @param joins earlier events that turned out to belong to a campaign */
  addEvents(events: readonly EventRow[], joins?: readonly CampaignJoin[]): Promise<void>;
  events(filter: EventFilter): Promise<readonly StoredEvent[]>;
  /** The same with each campaign as one thing; together at most `limit`. */
  foldedEvents(filter: EventFilter): Promise<FoldedEvents>;
  /** These campaigns, or those with an event since; the latest first. */
  campaigns(
    which: { readonly ids: readonly string[] } | { readonly since: number; readonly limit: number },
  ): Promise<readonly StoredCampaign[]>;
  /** The campaign that each target was last blocked for; targets without one are left out. */
  campaignsOfBlocked(targets: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /** False if there is no such event. Resolving twice keeps the first time. */
  resolveEvent(
    which: { readonly id: number } | { readonly identity: string },
    at: number,
    by: string,
  ): Promise<boolean>;

  addBlocks(blocks: readonly BlockRow[]): Promise<void>;
  /** Blocks in force at `at`, with paging for large sets: pass the last id seen. */
  activeBlocks(at: number, afterId?: number, limit?: number, first?: BlockOrder): Promise<readonly StoredBlock[]>;
  /** Blocks in force at `at` that share an address with one of `targets`: inside it, equal, or around it; flows, too. */
  activeBlocksOn(targets: readonly string[], at: number): Promise<readonly StoredBlock[]>;
  /** Ends active blocks of exactly these targets; returns those that were active. */
  endBlocks(targets: readonly string[], at: number, reason: string): Promise<readonly StoredBlock[]>;
  /** Marks blocks whose time has come as expired and returns them, at most `limit`. */
  expireBlocks(at: number, limit: number): Promise<readonly StoredBlock[]>;
  /**
   * How often each target was blocked automatically since, and how often for what nobody can have forged, with the end of
   * its last block: for repeat offenders. A block that was lifted does not count.
   */
  blockHistory(since: number): Promise<readonly BlockHistory[]>;

  disableAccounts(rows: readonly DisabledRow[]): Promise<void>;
  /** Accounts that are disabled at `at`, with paging: pass the last id seen. */
  disabledAccounts(at: number, afterId?: number, limit?: number): Promise<readonly StoredDisabled[]>;
  /** How this account is disabled at `at`, if it is. */
  disabledAccount(aor: string, at: number): Promise<StoredDisabled | null>;
  /** Returns those that were disabled. */
  enableAccounts(aors: readonly string[], at: number, reason: string): Promise<readonly StoredDisabled[]>;
  /** Marks accounts whose time has come as enabled and returns them, at most `limit`. */
  expireDisabled(at: number, limit: number): Promise<readonly StoredDisabled[]>;

  /** False if it was there already (its description is then replaced). */
  allow(entry: AllowRow): Promise<boolean>;
  /** False if it was not there. */
  disallow(target: string): Promise<boolean>;
  allowlist(): Promise<readonly AllowRow[]>;

  alertRules(): Promise<readonly AlertRule[]>;
  /** Adds the rule of its type and severity, or replaces it. */
  setAlertRule(rule: AlertRule): Promise<void>;
  /** Remembers when events of this type and severity were last alerted; nothing happens if they have no rule. */
  alerted(type: EventType, severity: Severity, at: number): Promise<void>;

  /** What is known about these addresses; unknown ones are left out. */
  reputations(ips: readonly string[]): Promise<readonly ReputationRow[]>;

  /** Counts the hours, UTC, that `since` and `until` are in and those between. */
  stats(since: number, until: number): Promise<Stats>;
  dossier(subject: { readonly ip: string } | { readonly aor: string }, limit: number): Promise<Dossier>;

  /** Deletes what is older than its retention, in small steps; returns rows deleted by table. */
  prune(retention: Retention, now: number): Promise<Readonly<Record<string, number>>>;
  status(): Promise<StoreStatus>;
  close(): Promise<void>;
}
