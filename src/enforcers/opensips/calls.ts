import { z } from 'zod';
import { accountKeys } from '../../lib/opensips/account-key.ts';
import { type MiClient, MiRefusal } from '../../lib/opensips/mi-client.ts';

/** Calls told in one answer: OpenSIPS puts an answer together the slower the longer it gets. */
const PAGE = 500;
/** What the script notes with a call: the keys of the accounts that it is ended with, of From and of credentials. */
const ACCOUNT_VALUE = 'sipward_account';
/** What OpenSIPS answers of a call that is not there. */
const DIALOG_NOT_FOUND = 404;

const listed = z.object({
  count: z.number().default(0),
  Dialogs: z.array(
    z.object({
      ID: z.string(),
      context: z.object({ values: z.array(z.record(z.string(), z.unknown())).default([]) }).default({ values: [] }),
    }),
  ),
});

/** Ends the calls of disabled accounts. The script notes no account with an emergency call, so that none is cut. */
export class CallEnder {
  readonly #mi: MiClient;
  readonly #onFault: (error: Error) => void;
  #running: Promise<void> = Promise.resolve();

  constructor(mi: MiClient, onFault: (error: Error) => void) {
    this.#mi = mi;
    this.#onFault = onFault;
  }

  /** Nobody waits for it: no new call starts already. */
  end(aors: readonly string[]): void {
    const keys = new Set(aors.flatMap(accountKeys));
    if (keys.size === 0) return;
    this.#running = this.#running
      .then(() => this.#end(keys))
      .catch((cause: unknown) => this.#onFault(new Error('calls of disabled accounts were not ended', { cause })));
  }

  settled(): Promise<void> {
    return this.#running;
  }

  async #end(keys: ReadonlySet<string>): Promise<void> {
    const refused: MiRefusal[] = [];
    // All are found before the first is ended, which would move the others from one page to another.
    for (const id of await this.#callsOf(keys)) {
      try {
        await this.#mi.call('dialog-end', { dialog_id: id });
      } catch (error) {
        if (!(error instanceof MiRefusal)) throw error;
        // Else it has ended by itself meanwhile.
        if (error.code !== DIALOG_NOT_FOUND) refused.push(error);
      }
    }
    // One that cannot be ended must not keep the others going.
    if (refused.length > 0) throw new AggregateError(refused, refused.map(({ message }) => message).join('; '));
  }

  async #callsOf(keys: ReadonlySet<string>): Promise<readonly string[]> {
    const found: string[] = [];
    for (let index = 0; ; index += PAGE) {
      const { count, Dialogs } = listed.parse(await this.#mi.call('dialogs-list', { index, counter: PAGE }));
      for (const { ID: id, context } of Dialogs) {
        const accounts = context.values.flatMap((value) => String(value[ACCOUNT_VALUE]).split(' '));
        if (accounts.some((account) => keys.has(account))) found.push(id);
      }
      if (index + PAGE >= count) return found;
    }
  }
}
