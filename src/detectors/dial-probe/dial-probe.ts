import { BoundedTable, type TableSnapshot } from '../../lib/bounded-table.ts';
import { formatDuration } from '../../lib/duration.ts';
import { addFew, clearFew, FEW_WORDS } from '../../lib/few-distinct.ts';
import { DEFAULT_DIAL_PLAN, type DialPlan, destinationOf, isCostly } from '../../lib/phone-number/destination.ts';
import { dialledNumber } from '../../lib/phone-number/dialled-number.ts';
import { hashText, mix } from '../../lib/text-hash.ts';
import type { Finding } from '../../pipeline/finding.ts';
import type { Signal } from '../../pipeline/signal.ts';
import type { Detector, DetectorState } from '../detector.ts';
import type { DialProbeConfig } from './config.ts';

interface Snapshot {
  readonly suffixDigits: number;
  readonly prefixes: TableSnapshot;
  readonly costly: TableSnapshot;
}

/** Who was called is not there, does not answer or does not want to: the number was right (RFC 3261 section 21). */
const NUMBER_WAS_RIGHT: ReadonlySet<number> = new Set([408, 480, 486, 487, 491, 600, 603]);
/** Where in a record the distinct things end and the time of the last unproven call stands; 0 is never. */
const UNPROVEN_AT = FEW_WORDS;
/** Keys of the two tables must differ from each other's only by chance, so the account of costly numbers is its own. */
const PREFIX_SEED = 1;
const SUFFIX_SEED = 2;

/**
 * Finds sources that try which prefix leads out to the telephone network. Two signs, both by address whatever the port:
 * the same number with one prefix after another, and several costly numbers without credentials.
 */
export class DialProbe implements Detector {
  readonly name = 'dial-probe';
  readonly #config: DialProbeConfig;
  readonly #plan: DialPlan;
  /** The prefixes tried, by source and number. */
  readonly #prefixes: BoundedTable;
  /** The costly numbers tried, by source. */
  readonly #costly: BoundedTable;

  constructor(config: DialProbeConfig, plan: DialPlan = DEFAULT_DIAL_PLAN) {
    this.#config = { ...config };
    this.#plan = plan;
    const size = { maxKeys: config['max-sources'], words: FEW_WORDS + 1, horizonMs: config.window };
    this.#prefixes = new BoundedTable(size);
    this.#costly = new BoundedTable(size);
  }

  observe(signal: Signal): Finding | undefined {
    const answered = signal.kind === 'call.answered';
    const unwanted = signal.kind === 'request.refused' && signal.method === 'INVITE';
    if (!answered && !unwanted && !isUnreached(signal)) return undefined;
    const number = dialledNumber(signal.requestUri);
    const cut = number.length - this.#config['suffix-digits'];
    // Extensions and short codes have no prefix.
    if (cut < 0) return undefined;
    const suffix = hashText(number.slice(cut), SUFFIX_SEED);
    if (answered) {
      this.#prefixes.delete(...pairKey(signal, suffix));
      return undefined;
    }
    return (
      this.#rolls(signal, suffix, number.slice(0, cut), number) ?? this.#reachesOut(signal, unwanted, suffix, number)
    );
  }

  expire(now: number): void {
    this.#prefixes.expire(now);
    this.#costly.expire(now);
  }

  state(): DetectorState {
    return {
      tracked: this.#prefixes.size + this.#costly.size,
      evicted: this.#prefixes.evicted + this.#costly.evicted,
    };
  }

  snapshot(): Snapshot {
    return {
      suffixDigits: this.#config['suffix-digits'],
      prefixes: this.#prefixes.snapshot(),
      costly: this.#costly.snapshot(),
    };
  }

  restore(snapshot: unknown): boolean {
    const { suffixDigits, prefixes, costly } = snapshot as Snapshot;
    if (suffixDigits !== this.#config['suffix-digits']) return false;
    return this.#prefixes.restore(prefixes) && this.#costly.restore(costly);
  }

  #rolls(signal: Signal, suffix: number, prefix: string, number: string): Finding | undefined {
    const [high, low] = pairKey(signal, suffix);
    const count = this.#add(this.#prefixes, high, low, signal, hashText(prefix, PREFIX_SEED));
    if (count < this.#config.prefixes) return undefined;
    return this.#find(this.#prefixes, signal, number, count, `${count} prefixes tried before the same number`);
  }

  #reachesOut(signal: Signal, unwanted: boolean, suffix: number, number: string): Finding | undefined {
    if (!unwanted || !isCostly(destinationOf(number, this.#plan))) return undefined;
    const { high, low } = signal.address;
    const count = this.#add(this.#costly, high, low, signal, suffix);
    if (count < this.#config['costly-numbers']) return undefined;
    const what = `${count} numbers abroad or premium called without credentials`;
    return this.#find(this.#costly, signal, number, count, what);
  }

  /** @returns how many different things the key has within the window */
  #add(table: BoundedTable, high: number, low: number, signal: Signal, hash: number): number {
    const { at } = signal;
    const unproven = signal.proven === 'yes' ? 0 : 1;
    // Of a key's first sight the table keeps 30 bits: so much of each hash is compared, and whether it was proven.
    const tag = (hash & 0x1ffffffe) | unproven;
    if (!table.touch(high, low, at, tag)) return 1;
    const { record, base, firstTag, firstAt } = table;
    if (firstTag >= 0) this.#addOne(record, base, firstAt, firstTag);
    return this.#addOne(record, base, at, tag);
  }

  #addOne(record: Uint32Array, base: number, at: number, tag: number): number {
    if ((tag & 1) === 1) record[base + UNPROVEN_AT] = at | 1;
    return addFew(record, base, at, this.#config.window, tag >>> 1);
  }

  /** @param table whose last record led to it; it begins anew */
  #find(table: BoundedTable, signal: Signal, number: string, count: number, what: string): Finding {
    const { address, at, userAgent } = signal;
    const { window } = this.#config;
    const { record, base } = table;
    const unproven = record[base + UNPROVEN_AT] ?? 0;
    const isProven = unproven === 0 || ((at - unproven) | 0) > window;
    clearFew(record, base);
    record[base + UNPROVEN_AT] = 0;
    return {
      type: 'dial_probe_detected',
      detector: this.name,
      severity: 'error',
      subject: { kind: 'ip', address },
      at,
      count,
      reason: `${what} within ${formatDuration(window)}`,
      evidence: {
        firstAt: at - window,
        lastAt: at,
        proven: isProven ? 'yes' : signal.proven === 'unknown' ? 'unknown' : 'no',
        samples: { numbers: [number], ...(userAgent === '' ? {} : { 'user-agents': [userAgent] }) },
      },
      identity: `${this.name}:${address.countedText}:${at}`,
    };
  }
}

/** Whether a call failed because of the number or the caller, not because of who was called. */
function isUnreached(signal: Signal): boolean {
  return signal.kind === 'call.failed' && signal.status >= 400 && !NUMBER_WAS_RIGHT.has(signal.status);
}

function pairKey({ address }: Signal, suffix: number): [high: number, low: number] {
  return [(address.high ^ suffix) >>> 0, (address.low ^ mix(suffix)) >>> 0];
}
