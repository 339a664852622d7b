import { BoundedTable } from '../../lib/bounded-table.ts';
import { isAttempt } from '../../pipeline/failure.ts';
import type { Finding } from '../../pipeline/finding.ts';
import type { Listings } from '../../pipeline/intel.ts';
import type { Signal } from '../../pipeline/signal.ts';
import type { Detector, DetectorState } from '../detector.ts';
import type { ReputationConfig } from './config.ts';

/**
 * Finds sources that are on a list and fail here, too. Being listed alone is nothing: addresses change hands, and
 * customers get those of others.
 */
export class Reputation implements Detector {
  readonly name = 'reputation';
  readonly #listings: Listings;
  readonly #severity: Finding['severity'];
  /** Sources told of lately. */
  readonly #told: BoundedTable;
  readonly #quietMs: number;

  constructor(config: ReputationConfig, listings: Listings) {
    this.#listings = listings;
    this.#severity = config.block ? 'error' : 'warning';
    this.#quietMs = config['quiet-for'];
    this.#told = new BoundedTable({ maxKeys: config['max-sources'], words: 1, horizonMs: this.#quietMs });
  }

  observe(signal: Signal): Finding | undefined {
    if (!isAttempt(signal)) return undefined;
    const { address, at } = signal;
    const listing = this.#listings.listing(address, at);
    if (listing === undefined || this.#wasTold(signal)) return undefined;
    this.#told.touch(address.high, address.low, at, 0, true);
    this.#told.record[this.#told.base] = at;
    return {
      type: 'bad_reputation',
      detector: this.name,
      severity: this.#severity,
      subject: { kind: 'ip', address },
      at,
      count: signal.count,
      reason: `failed here and is on the list ${listing.list}`,
      evidence: { firstAt: at, lastAt: at, proven: signal.proven, samples: { lists: [listing.list] } },
      identity: `${this.name}:${address.countedText}:${at}`,
    };
  }

  expire(now: number): void {
    this.#told.expire(now);
  }

  state(): DetectorState {
    return { tracked: this.#told.size, evicted: this.#told.evicted };
  }

  #wasTold({ address, at }: Signal): boolean {
    const { high, low } = address;
    return this.#told.peek(high, low) && ((at - (this.#told.record[this.#told.base] ?? 0)) | 0) < this.#quietMs;
  }
}
