import { countText } from '../lib/count-text.ts';
import { roughDuration } from '../lib/duration.ts';
import { SIGNAL_KINDS, type Signal, type SignalKind } from '../pipeline/signal.ts';

/** A detector, as far as it matters here. */
export interface Rule {
  readonly name: string;
  /** Kinds of signals of which it needs at least one to find anything. */
  readonly needs: readonly SignalKind[];
}

export interface LayerUse {
  readonly name: string;
  /** Packets dropped so far; null if the layer cannot tell. */
  readonly dropped: number | null;
}

/** Before so long and so many signals, that something was never seen says nothing. */
const MIN_MS = 3 * 86_400_000;
const MIN_SIGNALS = 1000;
/** Of so many blocked sources one at least tries again. */
const MIN_BLOCKS = 10;

/** What signals have brought so far, to tell a rule that finds nothing from one that cannot. */
export class IdleRules {
  #since: number | undefined;
  readonly #counts = new Map<SignalKind, number>();
  #userAgents = 0;

  observe(signals: readonly Signal[], now: number): void {
    if (signals.length > 0) this.#since ??= now;
    for (const { kind, userAgent } of signals) {
      this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
      if (userAgent !== '') this.#userAgents++;
    }
  }

  /** Rules that cannot match for want of input, and layers that nothing comes up against; one sentence each. */
  remarks(rules: readonly Rule[], layers: readonly LayerUse[], blocks: number, now: number): readonly string[] {
    const watchedMs = now - (this.#since ?? now);
    const total = this.#counts.values().reduce((sum, count) => sum + count, 0);
    if (watchedMs < MIN_MS || total < MIN_SIGNALS) return [];
    const span = roughDuration(watchedMs);
    const starved = rules.filter(({ needs }) => needs.length > 0 && !needs.some((kind) => this.#counts.has(kind)));
    const idle = layers.filter(({ dropped }) => dropped === 0 && blocks >= MIN_BLOCKS);
    return [
      ...starved.map(
        ({ name, needs }) => `detector ${name} can find nothing: no source gave a ${needs.join(' or ')} in ${span}`,
      ),
      ...(this.#userAgents === 0
        ? [`no signal names a user agent in ${span}: scanners are known by other marks only`]
        : []),
      ...idle.map(
        ({ name }) => `${name} has dropped no packet although ${countText(blocks, 'block is', 'blocks are')} in force`,
      ),
    ];
  }

  snapshot(): unknown {
    return { since: this.#since, counts: [...this.#counts], userAgents: this.#userAgents };
  }

  /** @param state what `snapshot` gave */
  restore(state: unknown): void {
    const { since, counts, userAgents } = state as {
      since: number | undefined;
      counts: [SignalKind, number][];
      userAgents: number;
    };
    this.#since = since;
    this.#userAgents = userAgents;
    for (const [kind, count] of counts) if (SIGNAL_KINDS.includes(kind)) this.#counts.set(kind, count);
  }
}
