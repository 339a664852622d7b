import type { Clock } from '../../lib/clock.ts';
import type { Network } from '../../lib/network.ts';
import type { Enforced } from '../enforcer.ts';
import { type AddressSet, distinct, type Purpose, parseSetName, setOf, setsOf, USUAL_SETS } from './address-sets.ts';
import { NftError, runNft } from './command.ts';
import type { NftablesConfig } from './config.ts';
import { readLayout } from './layout.ts';
import { NftSession } from './session.ts';
import {
  allowStatements,
  type Change,
  canaryLine,
  changeLine,
  newSetStatements,
  replaceStatements,
  ruleCount,
  type WholeLayer,
  wholeStatements,
} from './statements.ts';

/** Elements in one transaction of the session: 20 ms. */
const CHANGES_PER_LINE = 1_000;
const SESSION_TIMEOUT_MS = 5_000;

/** What was written last, as the kernel gave it back: what is there is compared with it. A new object for each writing. */
export interface Written {
  readonly signature: string;
  readonly sets: readonly AddressSet[];
  readonly allowlist: readonly Network[];
}

/** Equal to nothing that the kernel can give back. */
const NOTHING_WRITTEN: Written = { signature: 'nothing written', sets: [], allowlist: [] };

/** Writes our table in the kernel. One call at a time. Knows what it wrote last, not what should be there. */
export class Kernel {
  readonly #config: NftablesConfig;
  readonly #onFault: (error: Error) => void;
  readonly #session: NftSession;
  #written: Written = NOTHING_WRITTEN;

  constructor(config: NftablesConfig, onFault: (error: Error) => void) {
    this.#config = config;
    this.#onFault = onFault;
    this.#session = new NftSession({ prefix: config.prefix, timeoutMs: SESSION_TIMEOUT_MS });
  }

  get written(): Written {
    return this.#written;
  }

  /**
   * Puts the whole layer in place in one transaction.
   *
   * @returns false if the transaction is too big for the socket (which cannot be enlarged without CAP_NET_ADMIN in the
   * host's own user namespace, as in some containers): then all but the blocks is in place, and these are as they were
   */
  async restore(blocks: readonly Enforced[], allowlist: readonly Network[], now: number): Promise<boolean> {
    const present = (await readLayout(this.#config.prefix, this.#config.table)).sets;
    const blockSets = distinct([
      ...USUAL_SETS,
      ...setsOf(
        'block',
        blocks.map((block) => block.target),
      ),
    ]);
    const sets = setsOf('allow', allowlist);
    const stale = without(present, [...blockSets, ...sets]);
    const complete = await this.#writeWhole({ blockSets, sets, stale, blocks, allowlist, now });
    await this.#remember([...blockSets, ...sets], allowlist);
    return complete;
  }

  /** Makes it so. One transaction for each set and thousand. */
  async change(changes: readonly Change[], now: number): Promise<void> {
    const bySet = Map.groupBy(changes, (change) => setOf('block', change.target).name);
    for (const [name, ofSet] of bySet) {
      const set = parseSetName(name);
      if (set === undefined || !(await this.#hasRoom(set, ofSet))) continue;
      for (let at = 0; at < ofSet.length; at += CHANGES_PER_LINE) {
        await this.#runLine(changeLine(this.#config, set, ofSet.slice(at, at + CHANGES_PER_LINE), now));
      }
    }
  }

  async allow(allowlist: readonly Network[]): Promise<void> {
    const [blockSets, known] = [this.#setsFor('block'), this.#setsFor('allow')];
    const sets = setsOf('allow', allowlist);
    const stale = without(
      known.map((set) => set.name),
      sets,
    );
    await this.#runFile(allowStatements(this.#config, { sets, stale, allowlist }));
    await this.#remember([...blockSets, ...sets], allowlist);
  }

  /** How long a change takes that changes nothing: the best of three, ms. */
  async changeMs(clock: Clock): Promise<number> {
    const [set] = USUAL_SETS;
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; set !== undefined && round < 3; round++) {
      const startedAt = clock();
      await this.#runLine(canaryLine(this.#config, set));
      best = Math.min(best, clock() - startedAt);
    }
    return best;
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  async #writeWhole(whole: WholeLayer): Promise<boolean> {
    try {
      await this.#runFile(wholeStatements(this.#config, whole));
      return true;
    } catch (error) {
      if (!(error instanceof NftError)) throw error;
      if (/Message too long/.test(error.message)) {
        await this.#runFile(wholeStatements(this.#config, { ...whole, blocks: undefined }));
        return false;
      }
      // What is there under our name is of another make, and gives way.
      await this.#runFile(replaceStatements(this.#config, whole));
      return true;
    }
  }

  /** Makes a set for a prefix length, or flows, that were not in use so far, unless nothing is to be put into it. */
  async #hasRoom(set: AddressSet, changes: readonly Change[]): Promise<boolean> {
    if (this.#written.sets.some((known) => known.name === set.name)) return true;
    if (changes.every((change) => change.block === undefined)) return false;
    await this.#runFile(newSetStatements(this.#config, set));
    await this.#remember([...this.#written.sets, set], this.#written.allowlist);
    return true;
  }

  /** The session is only the quick way: when it dies or hangs, the line goes the slow way, and a new session follows. */
  async #runLine(line: string): Promise<void> {
    try {
      await this.#session.run(line);
    } catch (error) {
      if (error instanceof NftError || !(error instanceof Error)) throw error;
      this.#onFault(error);
      await this.#runFile(`${line}\n`);
    }
  }

  async #runFile(statements: string): Promise<void> {
    await runNft(this.#config.prefix, ['-f', '-'], { input: statements });
  }

  #setsFor(purpose: Purpose): AddressSet[] {
    return this.#written.sets.filter((set) => set.purpose === purpose);
  }

  /** Somebody may have taken it away again before it is read: what was never seen whole must not pass for what is right. */
  async #remember(sets: readonly AddressSet[], allowlist: readonly Network[]): Promise<void> {
    const layout = await readLayout(this.#config.prefix, this.#config.table);
    const isWhole =
      layout.rules === ruleCount(this.#config, sets) && sets.every(({ name }) => layout.sets.includes(name));
    const { signature } = isWhole ? layout : NOTHING_WRITTEN;
    this.#written = { signature, sets, allowlist: [...allowlist] };
  }
}

/** Of the names of our sets, those that are not wanted. */
function without(present: readonly string[], wanted: readonly AddressSet[]): string[] {
  const names = new Set(wanted.map((set) => set.name));
  return present.filter((name) => parseSetName(name) !== undefined && !names.has(name));
}
