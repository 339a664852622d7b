import type { Clock } from '../lib/clock.ts';
import { countText } from '../lib/count-text.ts';
import { formatDuration } from '../lib/duration.ts';
import type { Signal } from '../pipeline/signal.ts';
import type { SilenceConfig } from '../silence/config.ts';
import { IdleRules, type LayerUse, type Rule } from '../silence/idle-rules.ts';
import { LayerTrouble } from '../silence/layer-trouble.ts';
import { type SourceSeen, SourceSilence } from '../silence/source-silence.ts';
import { type Heard, StillHeard } from '../silence/still-heard.ts';
import type { Enforcement } from './enforcement.ts';
import type { LayerCheck } from './engine.ts';
import type { SourceHealth } from './health.ts';
import type { OwnEvent, OwnEvents } from './own-events.ts';
import type { SourceRunner } from './source-runner.ts';

type Runner = Pick<SourceRunner, 'health' | 'missing' | 'senders'>;

export interface SilenceWatchOptions {
  readonly config: SilenceConfig;
  readonly clock: Clock;
  readonly log: { warn(fields: object, message: string): void };
  readonly events: Pick<OwnEvents, 'note' | 'begin' | 'end'>;
}

const SEVERITIES = {
  sensor_silent: 'error',
  sensor_resumed: 'info',
  enforcement_failing: 'critical',
  enforcement_repaired: 'info',
} as const;

const BLOCKS_HEARD = 'blocks are without effect';
/** Between a source and one of its senders, in names. */
const FROM = ' from ';
const MAX_SENDERS = 64;
/** A sender that is silent for so long was taken away. */
const FORGET_SENDER_MS = 14 * 86_400_000;

/**
 * Brings what is seen of sources, layers and blocked addresses before those who judge silence (`src/silence/`), and tells
 * what they conclude. In a dry run it is only logged.
 */
export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  readonly #sources = new Map<string, SourceSilence>();
  readonly #layers = new LayerTrouble();
  readonly #heard: StillHeard;
  readonly #idle = new IdleRules();
  /** Since when layers are looked at. */
  #watchedFrom: number | undefined;
  /** What was learned before the restart, by source; taken when the source is first looked at. */
  #kept: ReadonlyMap<string, unknown> = new Map();

  constructor(options: SilenceWatchOptions) {
    this.#options = { ...options };
    this.#heard = new StillHeard(options.config['still-heard-after']);
  }

  /** Looks at the sources; called about twice a minute. */
  async lookAtSources(runners: readonly Runner[]): Promise<void> {
    const { config, clock } = this.#options;
    for (const runner of runners) {
      const { name, state, signals, lines, unrecognised } = runner.health();
      const missing = await runner.missing();
      if (config.mode === 'off' || config.except.includes(name)) continue;
      const at = clock();
      const common = { at, offsetMs: offsetAt(at), works: state === 'ok' };
      this.#look(name, { ...common, signals, lines, unrecognised, missing });
      for (const [sender, count] of this.#sendersOf(name, runner, at)) {
        if (config.except.includes(sender)) continue;
        this.#look(sender, { ...common, signals: count, lines: count, unrecognised: 0, missing: undefined });
      }
    }
    // The rest is of sources that are configured no more.
    this.#kept = new Map();
  }

  /** Looks at the layers, after they were reconciled. */
  lookAtLayers(enforcement: Pick<Enforcement, 'health'>): void {
    const { config, clock, events } = this.#options;
    if (config.mode === 'off') return;
    const now = clock();
    this.#watchedFrom ??= now;
    const layers = enforcement.health();
    for (const { layer, ...change } of this.#layers.observe(layers, now)) {
      const isBegun = change.type === 'enforcement_failing';
      this.#tell({ ...change, severity: SEVERITIES[change.type] }, isBegun ? failing(layer) : undefined);
    }
    for (const { name, error } of layers) {
      if (error === null) events.end(failing(name));
      if (this.#layers.isLeftAlone(name, now)) events.end(emptied(name));
    }
    if (this.#heard.isOver(now, this.#watchedFrom)) events.end(BLOCKS_HEARD);
  }

  /** A layer did not hold what it should and was put right. */
  noteRepair(layer: string, added: number, removed: number): void {
    const { config, clock, events } = this.#options;
    const repair = config.mode === 'off' ? 'one' : this.#layers.noteRepair(layer, clock());
    if (repair === 'again') {
      const description = `${layer} had to be put right for the third time within an hour: something else empties or changes it; look for what reloads its rules (a firewall's service, a cron job); no more is told of it until it stays right for an hour`;
      this.#tell({ type: 'enforcement_failing', severity: 'critical', description }, emptied(layer));
    }
    if (repair === 'one' || config.mode === 'dry-run') {
      const description = `${layer} was put right: ${countText(added, 'entry', 'entries')} added, ${removed} removed`;
      events.note({ type: 'enforcement_repaired', severity: 'error', description });
    }
  }

  /** Called with all fresh signals, before they are decided about. */
  hear(signals: readonly Signal[], enforcement: Pick<Enforcement, 'inForce' | 'check' | 'health'>): void {
    const { mode, except } = this.#options.config;
    this.#idle.observe(signals, this.#options.clock());
    if (mode === 'off') return;
    for (const signal of signals) {
      const block =
        StillHeard.concerns(signal) && !except.includes(signal.sensor) ? enforcement.inForce(signal) : undefined;
      const heard = block && this.#heard.note(signal, block);
      if (heard !== undefined) void this.#tellHeard(heard, signal, enforcement);
    }
  }

  /** What is told of a source now, and what is usual of it. */
  sourceState(name: string): Pick<SourceHealth, 'silence' | 'usualPerHour'> {
    const source = this.#sources.get(name);
    const senders = [...this.#sources].flatMap(([one, { alarm }]) =>
      one.startsWith(`${name}${FROM}`) ? (alarm ?? []) : [],
    );
    const now = this.#options.clock();
    const usual = source?.usual(now + offsetAt(now));
    return {
      silence: source?.alarm ?? senders[0] ?? null,
      usualPerHour: usual === undefined ? null : Math.round(usual * 10) / 10,
    };
  }

  /** Why what is decided does not keep out, one sentence each; empty if it does, as far as can be told. */
  problems(): readonly string[] {
    const heard = this.#heard.heard(this.#options.clock());
    return [
      ...this.#layers.emptied.map((layer) => `enforcer ${layer}: something else empties or changes it again and again`),
      ...(heard === undefined
        ? []
        : [`blocked addresses are still heard, the last one ${heard.what} by ${heard.sensor}`]),
    ];
  }

  /** What has never matched and may be as it should be, one sentence each. */
  remarks(rules: readonly Rule[], layers: readonly LayerUse[], blocks: number): readonly string[] {
    return this.#idle.remarks(rules, layers, blocks, this.#options.clock());
  }

  snapshot(): unknown {
    const sources = [...this.#sources].map(([name, one]) => [name, one.snapshot()] as const);
    return { sources: new Map([...this.#kept, ...sources]), idle: this.#idle.snapshot() };
  }

  /** @param state what `snapshot` gave */
  restore(state: unknown): boolean {
    const { sources, idle } = state as { sources: ReadonlyMap<string, unknown>; idle: unknown };
    this.#kept = new Map(sources);
    this.#idle.restore(idle);
    return true;
  }

  #look(name: string, seen: SourceSeen): void {
    const source = this.#sourceNamed(name);
    const change = source.observe(seen);
    const about = `source ${name}`;
    const isBegun = change?.type === 'sensor_silent';
    if (change !== undefined) this.#tell({ ...change, severity: SEVERITIES[change.type] }, isBegun ? about : undefined);
    // Also what was told before a restart and is known of no more: a source that speaks is not silent.
    const isWell = source.alarm === undefined && (change !== undefined || seen.signals > 0);
    if (isWell) this.#options.events.end(about);
  }

  /** Those that send to a source, also those known from before the restart that have sent nothing since. */
  #sendersOf(source: string, runner: Runner, now: number): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const name of [...this.#kept.keys(), ...this.#sources.keys()]) {
      if (!name.startsWith(`${source}${FROM}`)) continue;
      if (now - (this.#sources.get(name)?.silentSince ?? now) < FORGET_SENDER_MS) counts.set(name, 0);
      else this.#sources.delete(name);
    }
    for (const [sender, count] of runner.senders()) {
      const name = `${source}${FROM}${sender}`;
      if (counts.has(name) || counts.size < MAX_SENDERS) counts.set(name, count);
    }
    return counts;
  }

  #sourceNamed(name: string): SourceSilence {
    const known = this.#sources.get(name);
    if (known !== undefined) return known;
    const source = this.#restored(name, this.#kept.get(name)) ?? this.#begun(name);
    this.#sources.set(name, source);
    return source;
  }

  /** Undefined if there is nothing, or nothing that this version can read: it would fail at every look. */
  #restored(name: string, kept: unknown): SourceSilence | undefined {
    if (kept === undefined) return undefined;
    const source = this.#begun(name);
    try {
      source.restore(kept);
      return source;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#options.log.warn(
        { source: name, error: message },
        'what is usual of a source cannot be read and is learned anew',
      );
      return undefined;
    }
  }

  #begun(name: string): SourceSilence {
    const { config } = this.#options;
    return new SourceSilence(name, {
      learnForMs: config['learn-for'],
      minGapMs: config['min-gap'],
      oneIn: config['one-in'],
      missingAfterMs: config['missing-after'],
    });
  }

  async #tellHeard(heard: Heard, signal: Signal, enforcement: Pick<Enforcement, 'check' | 'health'>): Promise<void> {
    const enforcing = new Set(enforcement.health().flatMap(({ name, enforces }) => (enforces ? [name] : [])));
    const layers = (await enforcement.check(heard.subject)).filter(({ layer }) => enforcing.has(layer));
    const forMs = Math.floor((heard.at - heard.since) / 1000) * 1000;
    const description = `${heard.what} is blocked for ${formatDuration(forMs)} already and is still heard by ${heard.sensor}: ${layers.map(layerText).join('; ')}`;
    this.#tell({ type: 'block_ineffective', severity: 'critical', description }, BLOCKS_HEARD, signal.address.text);
  }

  /** @param about the state that begins with it; undefined if it is over at once */
  #tell(event: OwnEvent, about: string | undefined, ip?: string): void {
    const { config, log, events } = this.#options;
    const isDryRun = config.mode === 'dry-run';
    log.warn({ type: event.type }, isDryRun ? `dry run of silence: ${event.description}` : event.description);
    if (isDryRun) return;
    if (about === undefined) events.note(event, ip);
    else events.begin(about, event, ip);
  }
}

function failing(layer: string): string {
  return `layer ${layer} fails`;
}

function emptied(layer: string): string {
  return `layer ${layer} is emptied`;
}

/** What a layer says of the address, and what to look at. */
function layerText({ layer, blocked, error }: LayerCheck): string {
  if (blocked === null) return `${layer} cannot be asked (${error})`;
  if (!blocked) return `${layer} does not hold it`;
  return layer === 'opensips'
    ? 'opensips holds it, but that is not where these come from, or not where they are refused: see whether the SBC calls the route that asks, and whether the source reports refused requests, too (then name it in `silence.except`)'
    : `${layer} holds it, but the packets take another way: see whether NAT or a proxy hands them on under another address, whether they arrive on this host and in this network namespace, and on a port of \`ports\``;
}

/** Local time is what people live by. */
function offsetAt(at: number): number {
  return -new Date(at).getTimezoneOffset() * 60_000;
}
