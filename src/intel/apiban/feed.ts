import { Network } from '../../lib/network.ts';
import type { ReputationBook } from '../reputation-book.ts';
import type { ApibanClient } from './client.ts';

/** The service allows 11 requests in 2 minutes; a round comes at most every 2 minutes. */
const PAGES_A_ROUND = 10;
const BEGINNING = '100';
export const APIBAN_LIST = 'apiban';

/** What is kept over restarts: where to go on, and what is listed with each entry's end. */
export interface ApibanState {
  readonly cursor: string;
  readonly entries: readonly (readonly [network: string, until: number])[];
}

export interface ApibanFeedOptions {
  readonly client: ApibanClient;
  readonly book: ReputationBook;
  readonly keepMs: number;
  /** Called after each page: nothing is asked for twice. */
  readonly save: (state: ApibanState) => Promise<void>;
}

export interface Round {
  readonly pages: number;
  readonly added: number;
  readonly refused: number;
  readonly overflow: number;
  readonly unreadable: number;
}

/** Brings APIBan's list into the book, page by page. */
export class ApibanFeed {
  readonly #options: ApibanFeedOptions;
  #cursor = BEGINNING;
  #succeededAt: number | undefined;

  constructor(options: ApibanFeedOptions) {
    this.#options = { ...options };
  }

  /** When the service last answered as it should, ms since the epoch; undefined if never since the start. */
  get succeededAt(): number | undefined {
    return this.#succeededAt;
  }

  /** What was kept before a restart. */
  restore({ cursor, entries }: ApibanState): void {
    this.#cursor = cursor;
    for (const [text, until] of entries) {
      const network = Network.parse(text);
      if (network !== undefined) this.#options.book.add([network], { list: APIBAN_LIST, until });
    }
  }

  /**
   * Asks until the end of the list, for as many pages as may be asked for at once.
   * @throws what went wrong; the pages before are kept
   */
  async round(now: number, stop: AbortSignal): Promise<Round> {
    const { client, book, keepMs, save } = this.#options;
    const round = { pages: 0, added: 0, refused: 0, overflow: 0, unreadable: 0 };
    while (round.pages < PAGES_A_ROUND && !stop.aborted) {
      const { networks, unreadable, next } = await client.page(this.#cursor, stop);
      const { added, refused, overflow } = book.add(networks, { list: APIBAN_LIST, until: now + keepMs });
      round.pages++;
      round.added += added;
      round.refused += refused;
      round.overflow += overflow;
      round.unreadable += unreadable;
      this.#succeededAt = now;
      // The same cursor again would give the same page again.
      const isEnd = next === undefined || next === this.#cursor;
      if (!isEnd) this.#cursor = next;
      if (!isEnd || networks.length > 0) await save({ cursor: this.#cursor, entries: book.entriesOf(APIBAN_LIST) });
      if (isEnd) break;
    }
    return round;
  }
}
