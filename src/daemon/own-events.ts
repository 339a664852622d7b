import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { Turns } from '../lib/turns.ts';
import type { EventRow, Store } from '../store/store.ts';

const FILE = 'open-events.json';
const keptState = z.object({
  open: z.array(z.tuple([z.string(), z.string()])),
  over: z.array(z.tuple([z.string(), z.number()])),
});

/** Who resolved an event that is over by itself. */
const BY = 'sipward';

export type OwnEvent = Pick<EventRow, 'type' | 'severity' | 'description'>;

export interface OwnEventsOptions {
  readonly store: Pick<Store, 'addEvents' | 'resolveEvent'>;
  readonly stateDir: string;
  readonly clock: Clock;
  readonly log: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
}

/**
 * Events about sipward itself. Some tell of a state, such as a source that is silent: they are written when it begins and
 * marked as resolved when it is over. Which states those are is kept in the state directory, so that after a restart
 * none is told twice and none stays open.
 */
export class OwnEvents {
  readonly #options: OwnEventsOptions;
  /** What lasts, with the identity of the event that told of it. */
  readonly #open: Map<string, string>;
  /** Events of what is over, and since when, that are to be marked. */
  readonly #over: Map<string, number>;
  readonly #turns = new Turns();
  #isResolving = false;

  /** @param kept what lasts and what is over, as it was kept */
  constructor(options: OwnEventsOptions, kept: z.output<typeof keptState> = { open: [], over: [] }) {
    this.#options = { ...options };
    this.#open = new Map(kept.open);
    this.#over = new Map(kept.over);
  }

  /** With what was kept at the last run. */
  static async restored(options: OwnEventsOptions): Promise<OwnEvents> {
    try {
      const text = await readFile(join(options.stateDir, FILE), 'utf8');
      return new OwnEvents(options, keptState.parse(JSON.parse(text)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        const fields = { path: join(options.stateDir, FILE), error: String(error) };
        options.log.warn(
          fields,
          'which events of sipward are open cannot be read: resolve those that are over by hand',
        );
      }
      return new OwnEvents(options);
    }
  }

  /** Tells what happened. */
  note(event: OwnEvent, ip = ''): void {
    const row = this.#row(event, ip);
    this.#work(() => this.#options.store.addEvents([row]));
  }

  /** Tells that something began, unless that was told already. @param about its name, for `end` */
  begin(about: string, event: OwnEvent, ip = ''): void {
    if (this.#open.has(about)) return;
    const row = this.#row(event, ip);
    this.#open.set(about, row.identity);
    // Kept first: an event that is not kept would stay open for ever.
    this.#work(() => this.#keep());
    this.#work(() => this.#options.store.addEvents([row]));
  }

  /** It is over, or there was nothing. Called again and again: what the store did not take is then tried again. */
  end(about: string): void {
    const identity = this.#open.get(about);
    if (identity !== undefined) {
      this.#open.delete(about);
      this.#over.set(identity, this.#options.clock());
    }
    if (this.#over.size === 0 || this.#isResolving) return;
    this.#isResolving = true;
    this.#work(() => this.#resolve());
  }

  /** Waits for what is being written. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turns.take(async () => {});
  }

  async #resolve(): Promise<void> {
    try {
      for (const [identity, at] of this.#over) {
        await this.#options.store.resolveEvent({ identity }, at, BY);
        this.#over.delete(identity);
      }
    } finally {
      this.#isResolving = false;
      await this.#keep();
    }
  }

  async #keep(): Promise<void> {
    const path = join(this.#options.stateDir, FILE);
    await writeFile(`${path}.new`, JSON.stringify({ open: [...this.#open], over: [...this.#over] }), { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  #row(event: OwnEvent, ip: string): EventRow {
    const at = this.#options.clock();
    return { ...event, identity: `${event.type}:${event.description}:${at}`, ip, aor: '', at, details: null };
  }

  /** One thing after the other. What is told is logged too, so an event that the store cannot take is not lost to the eye. */
  #work(task: () => Promise<void>): void {
    const onFault = (error: unknown) =>
      this.#options.log.error({ error: String(error) }, 'an event could not be written');
    void this.#turns.take(() => task().catch(onFault));
  }
}
