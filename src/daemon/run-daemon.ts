import { randomInt } from 'node:crypto';
import type { Config } from '../config/schema.ts';
import { DryRun, dryRunConfig } from '../enforcers/dry-run/dry-run.ts';
import type { Enforcer } from '../enforcers/enforcer.ts';
import { ENFORCERS } from '../enforcers/index.ts';
import { GeoBook } from '../intel/geo/geo-book.ts';
import { ReputationBook } from '../intel/reputation-book.ts';
import type { Address } from '../lib/address.ts';
import { seedTables } from '../lib/bounded-table.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { formatDuration } from '../lib/duration.ts';
import { peersOf } from '../opensips/peers.ts';
import { subjectText } from '../pipeline/finding.ts';
import type { Outcome } from '../pipeline/pipeline.ts';
import { accountAllowlist } from '../policy/accounts.ts';
import { SOURCES } from '../sources/index.ts';
import type { Source } from '../sources/source.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { BackOff, pause } from './back-off.ts';
import { serveControl } from './control-server.ts';
import { Daemon, type Log } from './daemon.ts';
import { Enforcement } from './enforcement.ts';
import { GeoFiles } from './geo-files.ts';
import { Guard } from './guard.ts';
import { lockStateDir } from './instance-lock.ts';
import { IntelFeeds } from './intel-feeds.ts';
import { retentionOf } from './open-operations.ts';
import type { Operations } from './operations.ts';
import { impliedAllowlist, localOperations } from './operations-local.ts';
import { OwnEvents } from './own-events.ts';
import { buildPipeline } from './pipeline-parts.ts';
import { Recorder } from './recorder.ts';
import { descriptionOf } from './records.ts';
import { SilenceWatch } from './silence-watch.ts';
import { Snapshots } from './snapshots.ts';
import { SourceRunner } from './source-runner.ts';

export interface RunOptions {
  readonly config: Config;
  readonly stateDir: string;
  readonly log: Log;
  readonly clock?: Clock;
  /** Ends the waiting for a store that is away. */
  readonly stop?: AbortSignal;
}

export interface RunningDaemon extends AsyncDisposable {
  readonly daemon: Daemon;
  readonly operations: Operations;
}

/** Signal rows that may wait for the store in memory: about 100 MB. */
const MAX_WAITING_ROWS = 100_000;

/**
 * Starts everything the configuration names and resolves when it runs; disposing of the result stops it in reverse.
 *
 * @throws StateDirInUse, StoreError, or an error of the file system if the state directory cannot be used
 */
export async function runDaemon(options: RunOptions): Promise<RunningDaemon> {
  const { config, stateDir, log, clock = systemClock } = options;
  await using stack = new AsyncDisposableStack();
  stack.use(lockStateDir(stateDir));
  const store = stack.adopt(await openStoreWhenThere(options), (opened) => opened.close());
  const events = stack.use(await OwnEvents.restored({ store, stateDir, clock, log }));
  const book = new ReputationBook({
    maxEntries: config.intel['max-entries'],
    isExempt: (network) => parts.policy.exempts(network),
  });
  const onFault = (component: string, error: unknown) =>
    log.error({ component, error: String(error) }, 'a component failed');
  const silence = new SilenceWatch({ config: config.silence, clock, log, events });
  const geography = new GeoBook(config.intel.geo);
  stack.use(await new GeoFiles({ book: geography, clock, log, events }).start());
  const intel = { listing: (address: Address, at: number) => book.listing(address, at), geography };
  seedTables(randomInt(2 ** 32));
  const enforcement = buildEnforcement(options, clock, silence);
  const parts = buildPipeline(config, onFault, intel, () => enforcement.blocksFlows);
  const recorder = new Recorder({
    store,
    maxRows: MAX_WAITING_ROWS,
    onFault: (error) => log.error({ error: error.message }, 'rows cannot be written, trying again'),
  });
  const guard = new Guard({
    pipeline: parts.pipeline,
    enforcement,
    recorder,
    geography,
    clock,
    onAhead: (source, aheadMs) => {
      const error = new Error(
        `its times are ${formatDuration(wholeSeconds(aheadMs))} ahead of this host's clock, and taken for now`,
      );
      log.warn({ source, error: error.message }, 'a source reports a fault');
      runners.find((runner) => runner.health().name === source)?.noteFault(error);
    },
    onSignals: (signals) => silence.hear(signals, enforcement),
    onOutcome: (outcome) => tell(daemon, log, outcome),
  });
  const snapshots = new Snapshots({
    stateDir,
    clock,
    parts,
    others: [{ name: 'silence', snapshot: () => silence.snapshot(), restore: (state) => silence.restore(state) }],
    recorder,
    onFault: (error) =>
      log.warn({ error: error.message }, 'what the detectors knew before the restart is lost in part'),
  });
  const daemon = new Daemon({ config, clock, store, log, parts, enforcement, recorder, guard, snapshots, silence });
  await daemon.start();
  stack.defer(() => daemon.stop());
  await stack.use(new IntelFeeds({ config: config.intel, book, stateDir, clock, log, events })).start();
  const runners = await buildRunners(options, clock, store, guard, events);
  daemon.run(runners);
  const operations = operationsOf(options, clock, store, daemon, geography);
  const onControlFault = (error: unknown) => log.error({ error: String(error) }, 'a control request failed');
  stack.use(await serveControl(operations, stateDir, onControlFault));
  const running = stack.move();
  return { daemon, operations, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** A server that is away at the start is waited for: the input stays where it is, and so do the blocks in force. */
async function openStoreWhenThere({ config, stateDir, log, stop }: RunOptions): Promise<Store> {
  const backOff = new BackOff(500, 10_000);
  const onFault = (error: Error) => log.error({ error: error.message }, 'the store fails');
  while (true) {
    try {
      return await openStore(config.store, { stateDir, onFault });
    } catch (error) {
      if (!(error instanceof StoreError && error.retryable) || stop?.aborted === true) throw error;
      const retryMs = backOff.next();
      log.error({ error: error.message }, `the store cannot be opened yet, tried again in ${retryMs} ms`);
      await pause(retryMs, stop ?? new AbortController().signal);
    }
  }
}

/** What an operator can ask of this daemon. */
function operationsOf(
  { config, stateDir }: RunOptions,
  clock: Clock,
  store: Store,
  daemon: Daemon,
  geography: GeoBook,
): Operations {
  return localOperations({
    store,
    engine: daemon,
    daemon: true,
    clock,
    geography: async () => geography,
    retention: retentionOf(config),
    config,
    stateDir,
    implied: () => impliedAllowlist(config.policy.allowlist, peersOf(config.opensips)),
    exemptsAccount: accountAllowlist(config.policy.accounts.allowlist),
  });
}

function buildEnforcement({ config, stateDir, log }: RunOptions, clock: Clock, silence: SilenceWatch): Enforcement {
  const onFault = (layer: string) => (error: Error) => log.error({ layer, error: error.message }, 'an enforcer fails');
  const dryRun = new DryRun(dryRunConfig.parse({}), { clock });
  const sections = config.enforcers as Readonly<Record<string, { readonly enabled?: boolean }>>;
  const real = ENFORCERS.filter(({ name }) => name !== 'dry-run' && sections[name]?.enabled === true).map(
    (kind): Enforcer => kind.create(sections[kind.name], { stateDir, clock, onFault: onFault(kind.name) }),
  );
  return new Enforcement({
    enforcers: config.enforcement === 'enforce' ? real : [dryRun],
    fallback: dryRun,
    clock,
    onFault: (layer, error) => onFault(layer)(error),
    onRepair: (layer, added, removed) => {
      log.warn({ layer, added, removed }, 'an enforcer did not hold what it should and was put right');
      silence.noteRepair(layer, added, removed);
    },
  });
}

async function buildRunners(
  { config, stateDir, log }: RunOptions,
  clock: Clock,
  store: Store,
  intake: Guard,
  events: Pick<OwnEvents, 'note'>,
): Promise<readonly SourceRunner[]> {
  const positions = await store.positions();
  return Object.entries(config.sources).map(([name, section]) => {
    const onFault = (error: Error) => {
      log.warn({ source: name, error: error.message }, 'a source reports a fault');
      runner.noteFault(error);
    };
    const runner = new SourceRunner({
      source: buildSource(section, { name, stateDir, clock, onFault }),
      type: section.type,
      from: positions[name] ?? undefined,
      intake,
      onFault: (source, error, restartMs) => {
        const then = restartMs === undefined ? 'left out until the next start' : `read again in ${restartMs} ms`;
        log.error({ source, error: error.message }, `a source failed, ${then}`);
        events.note({
          type: 'source_restarted',
          severity: 'error',
          description: `source ${source} failed, ${then}: ${error.message}`,
        });
      },
    });
    return runner;
  });
}

function buildSource(
  section: Config['sources'][string],
  context: Parameters<(typeof SOURCES)[number]['create']>[1],
): Source {
  const kind = SOURCES.find(({ type }) => type === section.type);
  if (kind === undefined) throw new TypeError(`no source of type ${section.type}`);
  return kind.create(section, context);
}

function tell(daemon: Daemon, log: Log, { finding, decision }: Outcome): void {
  daemon.noteFinding(finding.detector);
  const fields = {
    type: finding.type,
    target: decision.target?.text ?? subjectText(finding.subject),
    count: finding.count,
    code: decision.code,
  };
  const dryRun = daemon.health().enforcers.some((layer) => layer.enforces) ? '' : 'dry run, not kept out: ';
  if (decision.action === 'block') log.warn(fields, `${dryRun}${decision.reason}`);
  else log.info(fields, descriptionOf(finding, decision));
}

function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1000) * 1000;
}
