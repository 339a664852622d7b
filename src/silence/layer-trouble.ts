import { roughDuration } from '../lib/duration.ts';

/** A layer as it is now. */
export interface LayerSeen {
  readonly name: string;
  /** Why it does not hold what it should; null if it does. */
  readonly error: string | null;
}

export interface LayerChange {
  readonly layer: string;
  readonly type: 'enforcement_failing' | 'enforcement_repaired';
  readonly description: string;
}

/** A layer that fails for so long does not come back by itself. */
const FAILS_MS = 60_000;
/** So many times within so long: somebody else empties it. */
const REPAIRS = 3;
const WITHIN_MS = 3_600_000;

interface Trouble {
  /** Since when it is looked at. */
  readonly watchedFrom: number;
  /** When it began to fail; undefined while it works. */
  failsFrom: number | undefined;
  wasTold: boolean;
  /** When it was put right, the latest few. */
  repairedAt: number[];
  isEmptied: boolean;
}

/** Judges whether a layer that is mended stays mended: what cannot be put right, or is again and again, is told once. */
export class LayerTrouble {
  readonly #layers = new Map<string, Trouble>();

  /** What the layers are like now; called every few seconds. */
  observe(layers: readonly LayerSeen[], now: number): readonly LayerChange[] {
    return layers.flatMap((layer) => this.#observe(layer, now) ?? []);
  }

  /**
   * A layer was put right.
   * @returns `one` repair, `again` and again (told now), or one more after that was `told`
   */
  noteRepair(layer: string, now: number): 'one' | 'again' | 'told' {
    const trouble = this.#of(layer, now);
    trouble.repairedAt = [...trouble.repairedAt, now].slice(-REPAIRS);
    if (trouble.isEmptied) return 'told';
    const [first = now] = trouble.repairedAt;
    trouble.isEmptied = trouble.repairedAt.length === REPAIRS && now - first <= WITHIN_MS;
    return trouble.isEmptied ? 'again' : 'one';
  }

  /** Layers that somebody else empties again and again. */
  get emptied(): readonly string[] {
    return [...this.#layers].filter(([, { isEmptied }]) => isEmptied).map(([name]) => name);
  }

  /** Whether nobody else has emptied it for so long that this is over; after a restart that must be seen first. */
  isLeftAlone(layer: string, now: number): boolean {
    const { repairedAt, watchedFrom } = this.#of(layer, now);
    return now - (repairedAt.at(-1) ?? watchedFrom) > WITHIN_MS;
  }

  #observe({ name, error }: LayerSeen, now: number): LayerChange | undefined {
    const trouble = this.#of(name, now);
    if (now - (trouble.repairedAt.at(-1) ?? now) > WITHIN_MS) trouble.isEmptied = false;
    if (error === null) return this.#works(name, trouble, now);
    trouble.failsFrom ??= now;
    if (trouble.wasTold || now - trouble.failsFrom < FAILS_MS) return undefined;
    trouble.wasTold = true;
    const failing = roughDuration(now - trouble.failsFrom);
    const description = `${name} has not held what it should for ${failing} and cannot be put right: ${error}`;
    return { layer: name, type: 'enforcement_failing', description };
  }

  #works(name: string, trouble: Trouble, now: number): LayerChange | undefined {
    const { failsFrom = now, wasTold } = trouble;
    trouble.failsFrom = undefined;
    trouble.wasTold = false;
    if (!wasTold) return undefined;
    return {
      layer: name,
      type: 'enforcement_repaired',
      description: `${name} works again, after ${roughDuration(now - failsFrom)}`,
    };
  }

  #of(layer: string, now: number): Trouble {
    let trouble = this.#layers.get(layer);
    if (trouble === undefined) {
      trouble = { watchedFrom: now, failsFrom: undefined, wasTold: false, repairedAt: [], isEmptied: false };
      this.#layers.set(layer, trouble);
    }
    return trouble;
  }
}
