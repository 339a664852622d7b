import { type Profiler, Session } from 'node:inspector';

/** Which blocks of the project's own code have run, as V8 counts them. */
export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  [Symbol.dispose](): void {
    this.#session.disconnect();
  }

  /** Blocks seen so far. */
  get blocks(): number {
    return this.#seen.size;
  }

  /** Forgets what ran since last time. */
  reset(): void {
    this.#take();
  }

  /** Whether what ran since last time ran for the first time. @param note remembers it */
  isNew(note: boolean): boolean {
    const fresh = this.#take()
      .filter(({ url }) => url.includes('/src/'))
      .flatMap(({ scriptId, functions }) =>
        functions.flatMap(({ ranges }) => ranges.map((range) => ({ scriptId, range }))),
      )
      .filter(({ range }) => range.count > 0)
      .map(({ scriptId, range }) => `${scriptId}:${range.startOffset}-${range.endOffset}`)
      .filter((key) => !this.#seen.has(key));
    if (note) for (const key of fresh) this.#seen.add(key);
    return fresh.length > 0;
  }

  /** Same thread, so the answer is there when `post` returns. */
  #take(): readonly Profiler.ScriptCoverage[] {
    let scripts: readonly Profiler.ScriptCoverage[] = [];
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error;
      scripts = result;
    });
    return scripts;
  }
}
