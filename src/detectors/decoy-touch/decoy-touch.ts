import { BoundedTable } from '../../lib/bounded-table.ts';
import type { Finding } from '../../pipeline/finding.ts';
import { isDoorKnock, type Signal } from '../../pipeline/signal.ts';
import { type Detector, type DetectorState, QUIET_MS } from '../detector.ts';
import type { DecoyTouchConfig } from './config.ts';

/**
 * Nobody has business with the decoy, nor with an extension that belongs to nobody: one request is enough. Whether its
 * address is proven is policy's concern.
 */
export class DecoyTouch implements Detector {
  readonly name = 'decoy-touch';
  readonly #extensions: ReadonlySet<string>;
  /** Sources told of a short while ago. */
  readonly #told: BoundedTable;

  constructor(config: DecoyTouchConfig) {
    this.#extensions = new Set(config.extensions);
    this.#told = new BoundedTable({ maxKeys: config['max-sources'], words: 1, horizonMs: QUIET_MS });
  }

  observe(signal: Signal): Finding | undefined {
    const isDecoy = isDoorKnock(signal) && signal.reason === 'decoy';
    if (!isDecoy && !this.#isExtension(signal)) return undefined;
    if (this.#wasTold(signal)) return undefined;
    return this.#find(signal, isDecoy ? 'spoke to the decoy' : 'tried an extension that belongs to nobody');
  }

  expire(now: number): void {
    this.#told.expire(now);
  }

  state(): DetectorState {
    return { tracked: this.#told.size, evicted: this.#told.evicted };
  }

  #isExtension({ kind, user, requestUri }: Signal): boolean {
    if (this.#extensions.size === 0) return false;
    if (this.#extensions.has(user)) return true;
    return !kind.startsWith('register.') && this.#extensions.has(userOf(requestUri));
  }

  #wasTold({ address, at }: Signal): boolean {
    this.#told.touch(address.high, address.low, at, 0, true);
    const { record, base } = this.#told;
    const toldAt = record[base] ?? 0;
    if (toldAt !== 0 && ((at - toldAt) | 0) < QUIET_MS) return true;
    record[base] = at | 1;
    return false;
  }

  #find(signal: Signal, what: string): Finding {
    const { at, address, user, domain, userAgent, proven } = signal;
    return {
      type: 'decoy_touched',
      detector: this.name,
      severity: 'error',
      subject: { kind: 'ip', address },
      at,
      count: signal.count,
      reason: what,
      evidence: {
        firstAt: at,
        lastAt: at,
        proven,
        samples: {
          ...(user === '' ? {} : { accounts: [`${user}@${domain}`] }),
          ...(userAgent === '' ? {} : { 'user-agents': [userAgent] }),
        },
      },
      identity: `${this.name}:${address.countedText}:${at}`,
    };
  }
}

/** `1001` of `sip:1001@example.com` (RFC 3261 section 19.1.1); empty if there is none. */
function userOf(uri: string): string {
  const at = uri.indexOf('@');
  return at < 0 ? '' : uri.slice(uri.indexOf(':') + 1, at);
}
