import type { Config } from '../config/schema.ts';
import type { Address } from '../lib/address.ts';
import type { Clock } from '../lib/clock.ts';
import { countText } from '../lib/count-text.ts';
import type { Flow } from '../lib/flow.ts';
import { Network } from '../lib/network.ts';
import { networkOf, parseTarget, type Target } from '../lib/target.ts';
import { peersOf } from '../opensips/peers.ts';
import type { Block, DisabledAccount } from '../pipeline/decision.ts';
import type { EventRow, Store, StoredBlock } from '../store/store.ts';
import { covers } from './allowlist-view.ts';
import type { Enforcement } from './enforcement.ts';
import type { Engine, LayerCheck, LayerResult } from './engine.ts';
import type { Guard } from './guard.ts';
import type { Health, SourceHealth } from './health.ts';
import { activeBlocks } from './operations-context.ts';
import { impliedAllowlist } from './operations-local.ts';
import { ownAddresses } from './own-addresses.ts';
import { periodically } from './periodic.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import type { Recorder } from './recorder.ts';
import { descriptionOf, findingEvent, joinsOf, REHEARSED, unblockEvent } from './records.ts';
import type { SilenceWatch } from './silence-watch.ts';
import type { Snapshots } from './snapshots.ts';
import type { SourceRunner } from './source-runner.ts';
import { expireStored, restoreDisabled } from './stored-accounts.ts';
import { untoldCampaigns } from './untold-campaigns.ts';
import { warmUpSignal } from './warm-up.ts';

/** A sentence and fields; hostile text goes into fields only. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface DaemonParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly store: Store;
  readonly log: Log;
  readonly parts: PipelineParts;
  readonly enforcement: Enforcement;
  readonly recorder: Recorder;
  readonly guard: Guard;
  readonly snapshots: Snapshots;
  readonly silence: SilenceWatch;
}

const EXPIRE_EVERY_MS = 1000;
const RECONCILE_EVERY_MS = 3000;
const SILENCE_EVERY_MS = 30_000;
const SNAPSHOT_EVERY_MS = 10_000;
const PRUNE_EVERY_MS = 3_600_000;
const EXPIRE_AT_ONCE = 1000;
/** Signals read again at the start, so that the detectors' windows are full. */
const MAX_WARM_UP = 200_000;
const WARM_UP_MS = 3_600_000;
const STOP_GRACE_MS = 10_000;

/**
 * One running sipward.
 *
 * States: `starting` (blocks of the store are put in force), `ok`, `failing` (some part fails; the others go on),
 * `stopped`.
 */
export class Daemon implements Engine {
  readonly #parts: DaemonParts;
  readonly #stop = new AbortController();
  readonly #timers = new AsyncDisposableStack();
  #runners: readonly SourceRunner[] = [];
  #running: Promise<unknown> = Promise.resolve();
  #startedAt: number | null = null;
  /** As the allowlist was last read. */
  #ownAddresses = '';
  #findings = new Map<string, number>();
  readonly #leftOut: string[] = [];

  constructor(parts: DaemonParts) {
    this.#parts = { ...parts };
  }

  /** Puts the stored blocks in force and fills the detectors' windows; only then may sources run. */
  async start(): Promise<void> {
    const { store, clock, parts, enforcement } = this.#parts;
    const now = clock();
    const allowlist = await this.#readAllowlist();
    await this.#endExempt(allowlist, now);
    const blocks = await this.#withoutRehearsed(await Array.fromAsync(activeBlocks(store, now)), now);
    const history = await store.blockHistory(now - this.#parts.config.policy['forgive-after']);
    const offences = new Map(history.map((entry) => [entry.target, entry]));
    for (const block of blocks) {
      const { times, trusted } = offences.get(block.target) ?? { times: 0, trusted: 0 };
      parts.policy.noteBlock(target(block), block.expiresAt ?? Infinity, times, trusted);
    }
    for (const { target: text, times, trusted, lastEnd } of history) {
      if (lastEnd <= now) parts.policy.noteBlock(storedTarget(text), lastEnd, times, trusted);
    }
    await enforcement.start(
      blocks.map((block) => ({ target: target(block), expiresAt: block.expiresAt ?? undefined })),
      allowlist,
      await restoreDisabled({ ...this.#parts, policy: parts.policy }, this.#parts.config.enforcement === 'enforce'),
    );
    await this.#warmUp(now);
    this.#startedAt = now;
  }

  /** Runs the sources and the housekeeping until `stop`. */
  run(runners: readonly SourceRunner[]): void {
    this.#runners = runners;
    this.#running = Promise.all(runners.map((runner) => runner.run(this.#stop.signal)));
    const every = (ms: number, what: string, work: () => Promise<void>, when?: { atOnce: boolean }) =>
      this.#timers.use(
        periodically(ms, work, (error) => this.#parts.log.error({ error: error.message }, `${what} failed`), when),
      );
    every(EXPIRE_EVERY_MS, 'expiry of blocks', () => this.#expire());
    every(RECONCILE_EVERY_MS, 'reconciliation of the enforcers', () => this.#reconcile());
    every(SILENCE_EVERY_MS, 'looking for silence', () => this.#parts.silence.lookAtSources(runners));
    every(SNAPSHOT_EVERY_MS, 'keeping what the detectors know', () => this.#snapshot());
    // A daemon that is restarted often would else never come to it.
    every(PRUNE_EVERY_MS, 'pruning of old rows', () => this.#prune(), { atOnce: true });
  }

  /** Stops reading, writes what is decided, and leaves the blocks in force. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#timers.disposeAsync();
    await this.#parts.recorder.close(STOP_GRACE_MS);
    if (this.#isConsistent && this.#parts.recorder.waiting === 0) await this.#parts.snapshots.takeLast();
    await this.#parts.enforcement.close();
  }

  /** Blocks of a dry run end when enforcement begins: nobody is kept out for what was only tried. */
  async #withoutRehearsed(blocks: readonly StoredBlock[], now: number): Promise<readonly StoredBlock[]> {
    const { config, log } = this.#parts;
    const rehearsed = blocks.filter((block) => block.by.endsWith(REHEARSED));
    if (config.enforcement !== 'enforce' || rehearsed.length === 0) return blocks;
    const targets = rehearsed.map((block) => block.target);
    await this.#end(targets, now, 'decided in a dry run, ended as enforcement began');
    log.info({ blocks: rehearsed.length }, 'blocks that were decided in a dry run are ended, not enforced');
    return blocks.filter((block) => !block.by.endsWith(REHEARSED));
  }

  /** The allowlist always wins, also where it came to hold what had been blocked: ends these in the store. */
  async #endExempt(allowlist: readonly Network[], now: number): Promise<readonly Target[]> {
    const { store, log } = this.#parts;
    const touched = await store.activeBlocksOn(
      allowlist.map(({ text }) => text),
      now,
    );
    const exempt = touched
      .map(target)
      .filter((blocked) => allowlist.some((allowed) => covers(allowed, networkOf(blocked))));
    if (exempt.length === 0) return exempt;
    const targets = exempt.map(({ text }) => text);
    await this.#end(targets, now, 'the allowlist holds it');
    for (const text of targets) log.info({ target: text }, 'block ended, the allowlist holds it');
    return exempt;
  }

  async #end(targets: readonly string[], now: number, reason: string): Promise<void> {
    const { store } = this.#parts;
    await store.endBlocks(targets, now, reason);
    await store.addEvents(targets.map((text) => unblockEvent(text, now, reason)));
  }

  /** Interfaces come and go; an address of this host is never blocked from the moment it is one. */
  async #reconcile(): Promise<void> {
    const own = ownAddresses();
    if (own.join() !== this.#ownAddresses) {
      await this.allowlistChanged();
      await this.recorded();
      const exempt = await this.#endExempt(own, this.#parts.clock());
      if (exempt.length > 0) await this.liftBlocks(exempt);
    }
    await this.#parts.enforcement.reconcile();
    this.#parts.silence.lookAtLayers(this.#parts.enforcement);
  }

  /** From the last snapshot and the rows written after it; without one from the rows of the last hour. */
  async #warmUp(now: number): Promise<void> {
    const { store, log, parts, snapshots } = this.#parts;
    const snapshotAt = await snapshots.restore();
    const rows = await store.recentSignals(snapshotAt ?? now - WARM_UP_MS, MAX_WARM_UP);
    const found = parts.pipeline.warmUp(rows.filter(({ at }) => at > (snapshotAt ?? 0)).map(warmUpSignal));
    const untold = await untoldCampaigns(store, found);
    await store.addEvents(
      untold.map((outcome) => findingEvent(outcome)),
      untold.flatMap(joinsOf),
    );
    for (const { finding, decision } of untold) {
      this.noteFinding(finding.detector);
      log.info({ type: finding.type, count: finding.count }, descriptionOf(finding, decision));
    }
  }

  /** Something that detection does without could not be started. @param what in one sentence, with what to do */
  noteLeftOut(what: string): void {
    this.#leftOut.push(what);
  }

  noteFinding(detector: string): void {
    this.#findings.set(detector, (this.#findings.get(detector) ?? 0) + 1);
  }

  get blocksFlows(): boolean {
    return this.#parts.enforcement.blocksFlows;
  }

  async applyBlocks(blocks: readonly Block[]): Promise<readonly LayerResult[]> {
    for (const block of blocks) this.#parts.parts.policy.noteBlock(block.target, block.expiresAt ?? Infinity);
    return this.#parts.enforcement.add(blocks);
  }

  async liftBlocks(targets: readonly Target[]): Promise<readonly LayerResult[]> {
    const now = this.#parts.clock();
    for (const lifted of targets) this.#parts.parts.policy.noteUnblock(lifted, now);
    return this.#parts.enforcement.remove(targets);
  }

  async disableAccounts(accounts: readonly DisabledAccount[]): Promise<readonly LayerResult[]> {
    for (const { aor, expiresAt } of accounts) this.#parts.parts.policy.noteDisabled(aor, expiresAt ?? Infinity);
    return this.#parts.enforcement.disable(accounts);
  }

  async enableAccounts(aors: readonly string[]): Promise<readonly LayerResult[]> {
    for (const aor of aors) this.#parts.parts.policy.noteEnabled(aor);
    return this.#parts.enforcement.enable(aors);
  }

  async allowlistChanged(): Promise<readonly LayerResult[]> {
    return this.#parts.enforcement.allow(await this.#readAllowlist());
  }

  recorded(): Promise<void> {
    return this.#parts.recorder.settled({ evenIfFailing: false });
  }

  check(subject: Address | Flow): Promise<readonly LayerCheck[]> {
    return this.#parts.enforcement.check(subject);
  }

  checkAccount(aor: string): Promise<readonly LayerCheck[]> {
    return this.#parts.enforcement.checkAccount(aor);
  }

  health(): Health {
    const { config, recorder, enforcement, guard, parts, silence } = this.#parts;
    const sources = this.#runners
      .map((runner) => runner.health())
      .map((source) => ({ ...source, ...silence.sourceState(source.name) }));
    const enforcers = enforcement.health();
    const problems = [
      ...sources.filter((source) => source.error !== null).map((source) => `source ${source.name}: ${source.error}`),
      ...enforcers.filter((enforcer) => enforcer.error !== null).map((one) => `enforcer ${one.name}: ${one.error}`),
      ...silence.problems(),
      ...(recorder.isFailing
        ? [`the store does not take rows; ${countText(recorder.waiting, 'commit waits', 'commits wait')}`]
        : []),
      ...(recorder.lost > 0
        ? [`${countText(recorder.lost, 'commit was', 'commits were')} lost: the store refused what was to be written`]
        : []),
    ];
    return {
      state:
        this.#startedAt === null
          ? 'starting'
          : this.#stop.signal.aborted
            ? 'stopped'
            : problems.length > 0
              ? 'failing'
              : 'ok',
      startedAt: this.#startedAt,
      enforcement: config.enforcement,
      sources,
      detectors: parts.detectors.map(({ detector, mode }) => ({
        name: detector.name,
        mode,
        findings: this.#findings.get(detector.name) ?? 0,
        ...detector.state(),
      })),
      enforcers: [...enforcers],
      ...guard.counts,
      uncommitted: recorder.waiting,
      activeBlocks: enforcement.size,
      disabledAccounts: enforcement.disabledAccounts,
      problems,
      warnings: [...this.#leftOut, ...sources.flatMap(warningsOf), ...tooLateText(guard.counts.tooLate)],
      remarks: silence.remarks(
        parts.detectors.map(({ detector, needs }) => ({ name: detector.name, needs })),
        enforcers,
        enforcement.size,
      ),
    };
  }

  /** Whether the rows of all signals decided so far were handed to the recorder. */
  get #isConsistent(): boolean {
    return this.#runners.every((runner) => runner.isCaughtUp);
  }

  #snapshot(): Promise<void> {
    return this.#parts.snapshots.take(this.#isConsistent, this.#stop.signal);
  }

  async #readAllowlist(): Promise<readonly Network[]> {
    const own = ownAddresses().join();
    const managed = (await this.#parts.store.allowlist()).map(
      ({ target: text, description }) => [storedNetwork(text), description || 'managed'] as const,
    );
    const peers = peersOf(this.#parts.config.opensips);
    const implied = impliedAllowlist([], peers).map(({ network, description }) => [network, description] as const);
    this.#parts.parts.policy.setAllowlist([...implied, ...managed]);
    // Only now: had the store failed, it would have to be read again.
    this.#ownAddresses = own;
    return [...managed, ...implied].map(([network]) => network).concat(this.#parts.config.policy.allowlist);
  }

  async #expire(): Promise<void> {
    const { store, clock, enforcement, log } = this.#parts;
    await enforcement.expire();
    await expireStored(this.#parts);
    const over = await store.expireBlocks(clock(), EXPIRE_AT_ONCE);
    if (over.length === 0) return;
    const ipOf = (block: StoredBlock) => networkOf(target(block)).text;
    const campaigns = await store.campaignsOfBlocked(over.map(ipOf));
    await store.addEvents(
      over.map((block): EventRow => {
        const { target: text, unblockedAt } = block;
        return unblockEvent(text, unblockedAt ?? clock(), 'its time was up', campaigns[ipOf(block)]);
      }),
    );
    for (const block of over) log.info({ target: block.target }, 'block ended, its time was up');
  }

  async #prune(): Promise<void> {
    const { store, clock, config } = this.#parts;
    const { signals, events, blocks } = config.retention;
    await store.prune({ signalsMs: signals, eventsMs: events, blocksMs: blocks }, clock());
  }
}

/** What does not keep a source from its work, or us from ours. */
function warningsOf({ name, faults, lastFault, silence }: SourceHealth): readonly string[] {
  return [
    ...(silence === null ? [] : [`source ${silence}`]),
    ...(lastFault === null ? [] : [`source ${name} works, with ${countText(faults, 'fault')}; the last: ${lastFault}`]),
  ];
}

function tooLateText(tooLate: number): readonly string[] {
  if (tooLate === 0) return [];
  return [
    `${countText(tooLate, 'block was over when it was decided', 'blocks were over when they were decided')} and kept nobody out: a source is read late, or its clock or time zone is not what it was taken for`,
  ];
}

function target(block: StoredBlock): Target {
  return storedTarget(block.target);
}

function storedTarget(text: string): Target {
  const found = parseTarget(text);
  if (found === undefined) throw new Error(`the store holds "${text}" where an address, network or flow is expected`);
  return found;
}

function storedNetwork(text: string): Network {
  const network = Network.parse(text);
  if (network === undefined) throw new Error(`the store holds "${text}" where an address or network is expected`);
  return network;
}
