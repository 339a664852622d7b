import { BoundedTable } from '../../lib/bounded-table.ts';
import { formatDuration } from '../../lib/duration.ts';
import { addToPace, PACE_WORDS } from '../../lib/pace.ts';
import { isAttempt } from '../../pipeline/failure.ts';
import type { EventType, Finding, Severity } from '../../pipeline/finding.ts';
import type { Signal } from '../../pipeline/signal.ts';
import type { Detector, DetectorState } from '../detector.ts';
import type { FloodConfig } from './config.ts';

/**
 * Floods: those that OpenSIPS' pike reports, and more failing or refused requests than an honest client sends. Rates
 * are estimated by a pace, in three words a source whatever the threshold.
 */
export class Flood implements Detector {
  readonly name = 'flood';
  readonly #threshold: number;
  readonly #windowMs: number;
  readonly #sources: BoundedTable;

  constructor(config: FloodConfig) {
    this.#threshold = config.threshold;
    this.#windowMs = config.window;
    this.#sources = new BoundedTable({
      maxKeys: config['max-sources'],
      words: PACE_WORDS,
      horizonMs: config.window * 2,
    });
  }

  observe(signal: Signal): Finding | undefined {
    switch (signal.kind) {
      case 'flood':
        return this.#find(signal, 'flood_detected', 'error', signal.count, floodText(signal));
      case 'request.limited':
        return this.#find(
          signal,
          'rate_limit_exceeded',
          'warning',
          signal.count,
          `${methodText(signal)} beyond the rate limit`,
        );
      default:
        return isAttempt(signal) ? this.#count(signal) : undefined;
    }
  }

  expire(now: number): void {
    this.#sources.expire(now);
  }

  state(): DetectorState {
    return { tracked: this.#sources.size, evicted: this.#sources.evicted };
  }

  #count(signal: Signal): Finding | undefined {
    const { high, low } = signal.address;
    if (!this.#sources.touch(high, low, signal.at, 1, signal.count > 1)) return undefined;
    const first = this.#sources.firstTag > 0 ? 1 : 0;
    const { record, base } = this.#sources;
    const rate = addToPace(record, base, signal.at, this.#windowMs, signal.count + first);
    if (rate < this.#threshold) return undefined;
    this.#sources.delete(high, low);
    const reason = `${rate} failed or refused requests within ${formatDuration(this.#windowMs)}`;
    return this.#find(signal, 'flood_detected', 'error', rate, reason);
  }

  #find(signal: Signal, type: EventType, severity: Severity, count: number, reason: string): Finding {
    return {
      type,
      detector: this.name,
      severity,
      subject: { kind: 'ip', address: signal.address },
      at: signal.at,
      count,
      reason,
      evidence: { firstAt: signal.at, lastAt: signal.at, proven: signal.proven, samples: {} },
      identity: `${this.name}:${type}:${signal.address.countedText}:${signal.at}`,
    };
  }
}

/** Who counts says how many; pike does not. */
function floodText({ count }: Signal): string {
  return count > 1 ? `a flood of requests, ${count} within seconds` : 'the SBC reports a flood of requests';
}

/** Methods are attacker's text: only the known ones are named. */
function methodText(signal: Signal): string {
  return /^(REGISTER|INVITE|OPTIONS|SUBSCRIBE|MESSAGE|PUBLISH|NOTIFY)$/.test(signal.method)
    ? signal.method
    : 'requests';
}
