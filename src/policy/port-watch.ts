import { countText } from '../lib/count-text.ts';
import type { Flow } from '../lib/flow.ts';
import { targetWords } from '../lib/target.ts';
import { aorOf } from '../pipeline/aor.ts';
import { isAttempt } from '../pipeline/failure.ts';
import type { Finding } from '../pipeline/finding.ts';
import type { Observer } from '../pipeline/pipeline.ts';
import type { Signal } from '../pipeline/signal.ts';
import type { Client } from './client.ts';

export interface PortWatchOptions {
  /** Who is served at the address, with this signal noted already. */
  readonly clientOf: (signal: Signal) => Client | undefined;
  readonly isBlocked: (flow: Flow, at: number) => boolean;
}

/** Attempts at strangers' accounts in another flow. */
const ENOUGH = 3;
/** How long an address is watched after a flow of it was blocked. */
export const WATCHED_MS = 3_600_000;

/**
 * Whoever takes another port when one is blocked is found after a few attempts: the detectors, which count by address, have
 * just begun anew. Costs one comparison a signal as long as no flow was blocked within the last hour.
 */
export class PortWatch implements Observer {
  readonly name = 'port-watch';
  readonly #options: PortWatchOptions;
  #until = Number.NEGATIVE_INFINITY;

  constructor(options: PortWatchOptions) {
    this.#options = { ...options };
  }

  watch(client: Client, until: number): void {
    client.watchedUntil = until;
    this.#until = Math.max(this.#until, until);
  }

  observe(signal: Signal): Finding | undefined {
    const { at } = signal;
    if (at >= this.#until || !isAttempt(signal)) return undefined;
    const client = this.#options.clientOf(signal);
    const one = client?.failingFlows?.latest;
    if (client === undefined || one === undefined || at >= client.watchedUntil || one.strange < ENOUGH)
      return undefined;
    if (this.#options.isBlocked(one.flow, at)) return undefined;
    const count = one.strange;
    one.strange = 0;
    return {
      type: 'brute_force_detected',
      detector: this.name,
      severity: 'error',
      subject: { kind: 'ip', address: signal.address },
      at,
      count,
      reason: `${countText(count, 'failed request')} from ${targetWords(one.flow)} after another port of it was blocked`,
      evidence: { firstAt: one.since, lastAt: at, proven: signal.proven, samples: { accounts: [aorOf(signal)] } },
      identity: `${this.name}:${one.flow.text}:${at}`,
    };
  }

  expire(): void {}
}
