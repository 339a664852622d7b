import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Health } from '../daemon/health.ts';
import { version } from '../lib/version.ts';

/** One figure of a part of the health. */
interface Figure<T> {
  readonly kind: typeof Gauge | typeof Counter;
  readonly name: string;
  readonly help: string;
  readonly value: (part: T) => number;
}

type Part<K extends 'sources' | 'detectors' | 'enforcers'> = Health[K][number];

const DAEMON: readonly Figure<Health>[] = [
  { kind: Gauge, name: 'up', help: '1 if every part works, else 0.', value: ({ state }) => Number(state === 'ok') },
  {
    kind: Gauge,
    name: 'enforcing',
    help: '1 if decisions are enforced, 0 in dry-run.',
    value: ({ enforcement }) => Number(enforcement === 'enforce'),
  },
  { kind: Counter, name: 'signals_total', help: 'Signals seen.', value: ({ signals }) => signals },
  {
    kind: Counter,
    name: 'blocks_too_late_total',
    help: 'Blocks that were over when they were decided.',
    value: ({ tooLate }) => tooLate,
  },
  { kind: Gauge, name: 'blocks_active', help: 'Blocks in force.', value: ({ activeBlocks }) => activeBlocks },
  {
    kind: Gauge,
    name: 'campaigns_open',
    help: 'Campaigns that go on.',
    value: ({ detectors }) => detectors.find(({ name }) => name === 'campaign')?.tracked ?? 0,
  },
  {
    kind: Gauge,
    name: 'accounts_disabled',
    help: 'Accounts that are disabled.',
    value: ({ disabledAccounts }) => disabledAccounts,
  },
  {
    kind: Gauge,
    name: 'commits_waiting',
    help: 'Batches decided but not yet in the store.',
    value: ({ uncommitted }) => uncommitted,
  },
];

const SOURCES: readonly Figure<Part<'sources'>>[] = [
  { kind: Gauge, name: 'source_up', help: '1 if the source works.', value: ({ state }) => Number(state === 'ok') },
  { kind: Counter, name: 'source_signals_total', help: 'Signals seen.', value: ({ signals }) => signals },
  { kind: Counter, name: 'source_lines_total', help: 'Lines or packets read.', value: ({ lines }) => lines },
  {
    kind: Counter,
    name: 'source_unrecognised_total',
    help: 'Lines or packets not understood.',
    value: ({ unrecognised }) => unrecognised,
  },
  {
    kind: Counter,
    name: 'source_lost_total',
    help: 'What came and never became a signal: dropped by the kernel, missed, without room on the disk.',
    value: ({ lost }) => lost,
  },
  { kind: Counter, name: 'source_faults_total', help: 'Troubles that did not end it.', value: ({ faults }) => faults },
  { kind: Counter, name: 'source_restarts_total', help: 'Restarts after an error.', value: ({ restarts }) => restarts },
  {
    kind: Gauge,
    name: 'source_last_signal_timestamp_seconds',
    help: 'Unix time of the last signal; 0 before the first.',
    value: ({ lastSignalAt }) => (lastSignalAt ?? 0) / 1000,
  },
  {
    kind: Gauge,
    name: 'source_silent',
    help: '1 if it gives no signal where it normally does, else 0.',
    value: ({ silence }) => Number(silence !== null),
  },
  {
    kind: Gauge,
    name: 'source_usual_signals_per_hour',
    help: 'Signals an hour that are usual at this time of the week; NaN until that is known.',
    value: ({ usualPerHour }) => usualPerHour ?? Number.NaN,
  },
];

const DETECTORS: readonly Figure<Part<'detectors'>>[] = [
  { kind: Counter, name: 'findings_total', help: 'Findings.', value: ({ findings }) => findings },
  { kind: Gauge, name: 'detector_tracked', help: 'Sources or accounts remembered.', value: ({ tracked }) => tracked },
  {
    kind: Counter,
    name: 'detector_evicted_total',
    help: 'Sources or accounts forgotten before their time, the table being full.',
    value: ({ evicted }) => evicted,
  },
];

const ENFORCERS: readonly Figure<Part<'enforcers'>>[] = [
  { kind: Gauge, name: 'enforcer_up', help: '1 if the enforcer works.', value: ({ state }) => Number(state === 'ok') },
  { kind: Gauge, name: 'enforcer_entries', help: 'Entries it should hold.', value: ({ entries }) => entries },
  { kind: Counter, name: 'enforcer_repairs_total', help: 'Entries put right.', value: ({ repairs }) => repairs },
  {
    kind: Counter,
    name: 'enforcer_dropped_packets_total',
    help: 'Packets dropped.',
    value: ({ dropped }) => dropped ?? 0,
  },
];

/** The figures of the health for Prometheus. Nothing is labelled with what an attacker chooses. */
export function metricsRegistry(health: () => Health): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({ name: 'sipward_info', help: 'Always 1.', labelNames: ['version'], registers: [registry] }).set(
    { version: version() },
    1,
  );
  register(registry, DAEMON, [], () => [{ part: health(), labels: {} }]);
  register(registry, SOURCES, ['source', 'type'], () =>
    health().sources.map((part) => ({ part, labels: { source: part.name, type: part.type } })),
  );
  register(registry, DETECTORS, ['detector'], () =>
    health().detectors.map((part) => ({ part, labels: { detector: part.name } })),
  );
  register(registry, ENFORCERS, ['enforcer'], () =>
    health().enforcers.map((part) => ({ part, labels: { enforcer: part.name } })),
  );
  return registry;
}

/** Values are read at the scrape: nothing counts twice, nothing is kept of parts that are gone. */
function register<T>(
  registry: Registry,
  figures: readonly Figure<T>[],
  labelNames: readonly string[],
  parts: () => readonly { readonly part: T; readonly labels: Readonly<Record<string, string>> }[],
): void {
  for (const { kind, name, help, value } of figures) {
    new kind({
      name: `sipward_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [registry],
      collect() {
        this.reset();
        for (const { part, labels } of parts()) this.inc(labels, value(part));
      },
    });
  }
}
