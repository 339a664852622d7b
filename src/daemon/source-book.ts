import { type Address, keyText } from '../lib/address.ts';
import { BoundedTable } from '../lib/bounded-table.ts';
import { Flow } from '../lib/flow.ts';
import { Network } from '../lib/network.ts';
import { isSuccess } from '../pipeline/failure.ts';
import type { Outcome } from '../pipeline/pipeline.ts';
import { isDoorKnock, type Signal } from '../pipeline/signal.ts';

export const VERDICTS = ['attacker', 'suspect', 'misconfigured', 'clean'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** How many sources registered or called with success, and which of them would have been blocked. */
export interface Customers {
  readonly seen: number;
  readonly hurt: readonly string[];
}

type Key = Pick<Address, 'high' | 'low'>;

const MAX_SOURCES = 1_048_576;
const WORDS = { signals: 0, failures: 1, verdict: 2, succeeded: 3, blocked: 4 } as const;
/** Verdicts in a record; a higher one wins. */
const RANK = { clean: 0, misconfigured: 1, suspect: 2, attacker: 3 } as const;

/**
 * Every source of a recording with what became of it: `attacker` if blocked (or held, or would be), `suspect` if
 * found but not blocked, or held with a network whose customers are not known, `misconfigured` if it failed without being found or where it is known good, `clean` otherwise.
 */
export class SourceBook {
  readonly #sources = new BoundedTable({ maxKeys: MAX_SOURCES, words: 5, horizonMs: 2 ** 31 - 1 });
  readonly #order: number[] = [];

  note(signal: Signal): void {
    const { high, low } = signal.address;
    if (!this.#sources.peek(high, low)) {
      this.#sources.touch(high, low, 0, 0, true);
      this.#order.push(high, low);
    }
    const { record, base } = this.#sources;
    record[base + WORDS.signals] = (record[base + WORDS.signals] ?? 0) + 1;
    if (signal.kind === 'register.failed' || isDoorKnock(signal)) record[base + WORDS.failures] = 1;
    if (isSuccess(signal)) record[base + WORDS.succeeded] = 1;
  }

  /** The sources that the finding is about: its address, those in its network that failed, or those its evidence names. */
  judge({ finding, decision }: Outcome): void {
    const { subject } = finding;
    const rank = rankOf(decision.action, decision.code, finding.type);
    // Of a flow only that flow is: the others behind its address go on.
    const isBlocked = decision.action === 'block' && !(decision.target instanceof Flow);
    if (subject.kind === 'ip') {
      this.#mark(subject.address, 'verdict', rank);
      if (isBlocked) this.#mark(subject.address, 'blocked', 1);
    } else if (subject.kind === 'network') {
      this.#judgeNetwork(subject.network, rank, isBlocked);
    } else {
      for (const text of finding.evidence.samples.sources ?? []) {
        const address = Network.parse(text)?.base;
        if (address !== undefined) this.#mark(address, 'verdict', RANK.suspect);
      }
    }
  }

  /** In the order first seen. */
  list(): { readonly ip: string; readonly signals: number; readonly verdict: Verdict }[] {
    const list = [];
    for (let i = 0; i < this.#order.length; i += 2) {
      const [high = 0, low = 0] = [this.#order[i], this.#order[i + 1]];
      if (!this.#sources.peek(high, low)) continue;
      const { record, base } = this.#sources;
      const found = record[base + WORDS.verdict] ?? 0;
      const failed = record[base + WORDS.failures] === 1 ? RANK.misconfigured : RANK.clean;
      const verdict = VERDICTS[3 - Math.max(found, failed)] ?? 'clean';
      list.push({ ip: keyText(high, low), signals: record[base + WORDS.signals] ?? 0, verdict });
    }
    return list;
  }

  #judgeNetwork(network: Network, rank: number, isBlocked: boolean): void {
    for (const one of this.#within(network)) {
      // Neighbours that did nothing are no attackers, but a block hurts them.
      if (this.#read(one, 'failures') === 1) this.#mark(one, 'verdict', rank);
      if (isBlocked) this.#mark(one, 'blocked', 1);
    }
  }

  /** Sources that registered or called with success: customers, or attackers that got in. */
  customers(): Customers {
    const welcome = this.#addresses().filter((one) => this.#read(one, 'succeeded') === 1);
    const hurt = welcome.filter((one) => this.#read(one, 'blocked') === 1);
    return { seen: welcome.length, hurt: hurt.map(({ high, low }) => keyText(high, low)) };
  }

  #mark({ high, low }: Key, word: keyof typeof WORDS, value: number): void {
    if (!this.#sources.peek(high, low)) return;
    const { record, base } = this.#sources;
    record[base + WORDS[word]] = Math.max(record[base + WORDS[word]] ?? 0, value);
  }

  #read({ high, low }: Key, word: keyof typeof WORDS): number {
    return this.#sources.peek(high, low) ? (this.#sources.record[this.#sources.base + WORDS[word]] ?? 0) : 0;
  }

  #addresses(): Key[] {
    const addresses: Key[] = [];
    for (let i = 0; i < this.#order.length; i += 2) {
      addresses.push({ high: this.#order[i] ?? 0, low: this.#order[i + 1] ?? 0 });
    }
    return addresses;
  }

  /** Linear, for the few findings about a whole network. */
  #within(network: Network): Address[] {
    return this.#addresses()
      .map(({ high, low }) => Network.parse(keyText(high, low))?.base)
      .filter((address) => address !== undefined && network.contains(address)) as Address[];
  }
}

function rankOf(action: string, code: string, type: string): number {
  // Somebody may have forged what a known-good address is said to have sent.
  if (type === 'misconfigured_device' || (action === 'watch' && code === 'known_good')) return RANK.misconfigured;
  if (code === 'customers_unknown') return RANK.suspect;
  return action === 'block' || action === 'hold' || code === 'detector_dry_run' ? RANK.attacker : RANK.suspect;
}
