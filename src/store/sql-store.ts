import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import type { EventType, Severity } from '../pipeline/finding.ts';
import { readAlertRules, writeAlertRule, writeLastAlert } from './alert-table.ts';
import { addAllowed, readAllowed, removeAllowed } from './allow-table.ts';
import { automaticSince, endTargets, expire, readActive, readActiveOn, upsertBlocks } from './block-table.ts';
import { campaignsOf, campaignsOfBlocked, joinCampaigns, recentCampaigns } from './campaigns.ts';
import { readPositions, writePosition } from './checkpoint-table.ts';
import { Counters } from './counters.ts';
import { enableActive, expireDisabled, readDisabled, readDisabledAccount, upsertDisabled } from './disabled-table.ts';
import { dossierOfAccount, dossierOfAddress } from './dossier.ts';
import type { Engine } from './engine.ts';
import { findEvents, insertEvents, markResolved } from './event-table.ts';
import { findFolded } from './folded-events.ts';
import { pruneAll } from './prune.ts';
import { readRecent } from './recent-signals.ts';
import { readReputations, writeReputations } from './reputation-table.ts';
import type { Schema } from './schema.ts';
import { insertSignals } from './signal-table.ts';
import { readStats } from './stats.ts';
import { readStatus } from './status.ts';
import type {
  AlertRule,
  AllowRow,
  BlockOrder,
  BlockRow,
  CampaignJoin,
  Commit,
  DisabledRow,
  EventFilter,
  EventRow,
  Retention,
  Store,
} from './store.ts';
import { StoreError } from './store-error.ts';

/** Rows of one page of active blocks unless told otherwise. */
const PAGE = 10_000;

/** How often a transaction is done again when another writer of the same database came first. */
const MAX_ATTEMPTS = 5;

/** The store over an open database with the current schema. Every failure is a StoreError. */
export class SqlStore implements Store {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async commit(commit: Commit): Promise<void> {
    await this.#transaction(async (trx) => {
      const { dialect } = this.#engine;
      const counters = new Counters();
      for (const signal of commit.signals) counters.addSignal(signal);
      await insertSignals(trx, dialect, commit.signals);
      await insertEvents(trx, dialect, commit.events, counters);
      await joinCampaigns(trx, commit.joins ?? []);
      await upsertBlocks(trx, dialect, commit.blocks, counters);
      await upsertDisabled(trx, dialect, commit.disabled ?? []);
      await writeReputations(trx, dialect, commit.reputations ?? []);
      await counters.write(trx, dialect);
      await writePosition(trx, dialect, commit.source, commit.position, Date.now());
    });
  }

  async positions() {
    return await this.#read((db) => readPositions(db));
  }

  async recentSignals(since: number, limit: number) {
    return await this.#read((db) => readRecent(db, this.#engine.dialect, since, limit));
  }

  async addEvents(events: readonly EventRow[], joins: readonly CampaignJoin[] = []): Promise<void> {
    await this.#transaction(async (trx) => {
      const counters = new Counters();
      await insertEvents(trx, this.#engine.dialect, events, counters);
      await joinCampaigns(trx, joins);
      await counters.write(trx, this.#engine.dialect);
    });
  }

  async events(filter: EventFilter) {
    return await this.#read((db) => findEvents(db, this.#engine.dialect, filter));
  }

  async foldedEvents(filter: EventFilter) {
    return await this.#read((db) => findFolded(db, this.#engine.dialect, filter));
  }

  async campaigns(which: Parameters<Store['campaigns']>[0]) {
    const { dialect } = this.#engine;
    return await this.#read((db) =>
      'ids' in which ? campaignsOf(db, dialect, which.ids) : recentCampaigns(db, dialect, which.since, which.limit),
    );
  }

  async campaignsOfBlocked(targets: readonly string[]) {
    return await this.#read((db) => campaignsOfBlocked(db, targets));
  }

  async resolveEvent(which: Parameters<Store['resolveEvent']>[0], at: number, by: string) {
    return await this.#transaction((trx) => markResolved(trx, this.#engine.dialect, which, at, by));
  }

  async addBlocks(blocks: readonly BlockRow[]): Promise<void> {
    await this.#transaction(async (trx) => {
      const counters = new Counters();
      await upsertBlocks(trx, this.#engine.dialect, blocks, counters);
      await counters.write(trx, this.#engine.dialect);
    });
  }

  async activeBlocks(at: number, afterId = 0, limit = PAGE, first: BlockOrder = 'oldest') {
    return await this.#read((db) => readActive(db, this.#engine.dialect, at, afterId, limit, first));
  }

  async activeBlocksOn(targets: readonly string[], at: number) {
    return await this.#read((db) => readActiveOn(db, this.#engine.dialect, targets, at));
  }

  async endBlocks(targets: readonly string[], at: number, reason: string) {
    return await this.#transaction((trx) => endTargets(trx, this.#engine.dialect, targets, at, reason));
  }

  async expireBlocks(at: number, limit: number) {
    return await this.#transaction((trx) => expire(trx, this.#engine.dialect, at, limit));
  }

  async blockHistory(since: number) {
    return await this.#read((db) => automaticSince(db, this.#engine.dialect, since));
  }

  async disableAccounts(rows: readonly DisabledRow[]): Promise<void> {
    await this.#transaction((trx) => upsertDisabled(trx, this.#engine.dialect, rows));
  }

  async disabledAccounts(at: number, afterId = 0, limit = PAGE) {
    return await this.#read((db) => readDisabled(db, this.#engine.dialect, at, afterId, limit));
  }

  async disabledAccount(aor: string, at: number) {
    return await this.#read((db) => readDisabledAccount(db, this.#engine.dialect, aor, at));
  }

  async enableAccounts(aors: readonly string[], at: number, reason: string) {
    return await this.#transaction((trx) => enableActive(trx, this.#engine.dialect, aors, at, reason));
  }

  async expireDisabled(at: number, limit: number) {
    return await this.#transaction((trx) => expireDisabled(trx, this.#engine.dialect, at, limit));
  }

  async allow(entry: AllowRow) {
    return await this.#transaction((trx) => addAllowed(trx, this.#engine.dialect, entry));
  }

  async disallow(target: string) {
    return await this.#transaction((trx) => removeAllowed(trx, target));
  }

  async allowlist() {
    return await this.#read((db) => readAllowed(db, this.#engine.dialect));
  }

  async alertRules() {
    return await this.#read((db) => readAlertRules(db, this.#engine.dialect));
  }

  async setAlertRule(rule: AlertRule): Promise<void> {
    await this.#transaction((trx) => writeAlertRule(trx, this.#engine.dialect, rule));
  }

  async alerted(type: EventType, severity: Severity, at: number): Promise<void> {
    await this.#transaction((trx) => writeLastAlert(trx, this.#engine.dialect, type, severity, at));
  }

  async reputations(ips: readonly string[]) {
    return await this.#read((db) => readReputations(db, this.#engine.dialect, ips));
  }

  async stats(since: number, until: number) {
    return await this.#read((db) => readStats(db, this.#engine.dialect, since, until));
  }

  async dossier(subject: { readonly ip: string } | { readonly aor: string }, limit: number) {
    const { dialect } = this.#engine;
    return await this.#read((db) =>
      'ip' in subject
        ? dossierOfAddress(db, dialect, subject.ip, limit)
        : dossierOfAccount(db, dialect, subject.aor, limit),
    );
  }

  async prune(retention: Retention, now: number) {
    return await this.#read(() => pruneAll(this.#engine, retention, now));
  }

  async status() {
    return await this.#read(() => readStatus(this.#engine));
  }

  async close(): Promise<void> {
    await this.#engine.close();
  }

  async #read<T>(work: (db: Engine['db']) => Promise<T>): Promise<T> {
    try {
      return await work(this.#engine.db);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async #transaction<T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        this.#engine.checkPlace();
        return await this.#engine.db.transaction().execute(work);
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !this.#engine.isConflict(error)) throw this.#failure(error);
        await sleep(attempt * 10);
      }
    }
  }
  /** It could be opened once: a changed password or right is for somebody to put right, and worth trying again until then. */
  #failure(error: unknown): StoreError {
    const failure = this.#engine.storeError(error);
    if (failure.code !== 'store_cannot_open') return failure;
    return new StoreError('store_away', failure.message, { cause: error });
  }
}
