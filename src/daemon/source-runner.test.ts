import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { signal } from '../../test/support/signals.ts';
import type { Batch } from '../pipeline/batch.ts';
import type { Signal } from '../pipeline/signal.ts';
import { type Source, SourceUnavailable } from '../sources/source.ts';
import { type Intake, SourceRunner } from './source-runner.ts';

/** A finished input of numbered signals, `size` a batch, that then waits; `fail` may throw before a batch. */
function numbered(total: number, size: number, fail: (index: number) => void = () => {}): Source {
  return {
    name: 'numbers',
    async *batches(from, stop): AsyncIterable<Batch> {
      for (let next = typeof from === 'number' ? from : 0; next < total && !stop.aborted; next += size) {
        fail(next);
        const count = Math.min(size, total - next);
        const signals = Array.from({ length: count }, (_, i) => signal({ detail: String(next + i) }));
        yield { signals, position: next + count, lines: count, unrecognised: 0 };
        await new Promise(setImmediate);
      }
      if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve));
    },
  };
}

/** Notes what is decided and what is written; the store is away while `away` is true. */
class Ledger implements Intake {
  readonly decided: string[] = [];
  readonly written: string[] = [];
  position: unknown;
  away = false;
  #back = Promise.withResolvers<void>();

  take(_source: string, fresh: readonly Signal[], rows: readonly Signal[] | undefined, position: unknown): void {
    this.decided.push(...fresh.map((one) => one.detail));
    if (rows === undefined) return;
    this.written.push(...rows.map((one) => one.detail));
    this.position = position;
  }
  hasRoom(): Promise<boolean> {
    return Promise.resolve(!this.away);
  }
  drained(): Promise<void> {
    return this.#back.promise;
  }
  comeBack(): void {
    this.away = false;
    this.#back.resolve();
    this.#back = Promise.withResolvers<void>();
  }
}

const all = (total: number) => Array.from({ length: total }, (_, i) => String(i));
const until = async (condition: () => boolean) => {
  for (let i = 0; i < 5000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.ok(condition(), 'waited 5 s');
};

async function withRunner(
  source: Source,
  ledger: Ledger,
  story: (runner: SourceRunner, faults: string[]) => Promise<void>,
  from?: unknown,
): Promise<void> {
  const stop = new AbortController();
  const faults: string[] = [];
  const runner = new SourceRunner({
    source,
    type: 'test',
    from,
    intake: ledger,
    onFault: (_, error) => faults.push(error.message),
  });
  const running = runner.run(stop.signal);
  try {
    await story(runner, faults);
  } finally {
    stop.abort();
    await running;
  }
}

describe('a source', () => {
  test('is read from the committed position', async () => {
    const ledger = new Ledger();
    await withRunner(numbered(100, 7), ledger, async () => until(() => ledger.position === 100), 93);
    assert.deepEqual(ledger.written, all(100).slice(93));
  });

  test('says what it reads and is not there, as it was last looked for', async () => {
    let missing: string | undefined = 'x.log cannot be found';
    const source = { ...numbered(1, 1), missing: async () => missing };
    await withRunner(source, new Ledger(), async (runner) => {
      assert.equal(runner.health().missing, null);
      assert.equal(await runner.missing(), missing);
      assert.equal(runner.health().missing, missing);
      missing = undefined;
      await runner.missing();
      assert.equal(runner.health().missing, null);
    });
  });

  test('that throws is restarted where it was, and reported', async () => {
    const ledger = new Ledger();
    let failures = 0;
    const source = numbered(50, 5, (index) => {
      if (index === 20 && failures++ < 2) throw new Error('cable pulled');
    });
    await withRunner(source, ledger, async (runner, faults) => {
      await until(() => ledger.position === 50);
      assert.deepEqual(faults, ['cable pulled', 'cable pulled']);
      assert.equal(runner.health().restarts, 2);
      assert.equal(runner.health().state, 'ok');
      assert.equal(runner.health().error, null, 'forgotten once it works again');
    });
    assert.deepEqual(ledger.decided, all(50));
    assert.deepEqual(ledger.written, all(50));
  });

  test('that ends by itself is a fault', async () => {
    const ending: Source = { name: 'ending', async *batches() {} };
    await withRunner(ending, new Ledger(), async (_, faults) => until(() => faults.length > 0));
  });

  test('that cannot work is left out', async () => {
    const source = numbered(1, 1, () => {
      throw new SourceUnavailable('port 5060 is in use');
    });
    await withRunner(source, new Ledger(), async (runner, faults) => {
      await until(() => faults.length === 1);
      assert.deepEqual(runner.health().state, 'failing');
      assert.match(runner.health().error ?? '', /5060/);
      assert.equal(runner.health().restarts, 0);
    });
  });
});

describe('while the store is away', () => {
  test('detection goes on, and every row is written afterwards, once', async () => {
    const ledger = new Ledger();
    ledger.away = true;
    await withRunner(numbered(100, 7), ledger, async (runner) => {
      await until(() => ledger.decided.length === 100);
      assert.deepEqual(ledger.written, all(7), 'only what was handed in before');
      assert.ok(!runner.isCaughtUp);
      ledger.comeBack();
      await until(() => ledger.position === 100);
      assert.ok(runner.isCaughtUp);
    });
    assert.deepEqual(ledger.decided, all(100));
    assert.deepEqual(ledger.written, all(100));
  });

  test('and goes away again while catching up', async () => {
    const ledger = new Ledger();
    ledger.away = true;
    await withRunner(numbered(200, 9), ledger, async () => {
      await until(() => ledger.decided.length > 60);
      ledger.comeBack();
      await until(() => ledger.written.length > 30);
      ledger.away = true;
      await until(() => ledger.decided.length === 200);
      ledger.comeBack();
      await until(() => ledger.position === 200);
    });
    assert.deepEqual(ledger.decided, all(200));
    assert.deepEqual(ledger.written, all(200));
  });
});
