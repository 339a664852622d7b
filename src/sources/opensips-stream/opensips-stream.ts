import { open } from 'node:fs/promises';
import { formatSignal } from '../../formats/opensips-events/format-signal.ts';
import type { Endpoint } from '../../lib/config-values.ts';
import { countText } from '../../lib/count-text.ts';
import type { Batch } from '../../pipeline/batch.ts';
import type { Journal } from '../journal.ts';
import { listenOnAll } from '../listen-on-all.ts';
import type { Listener, Peer } from '../listener.ts';
import { openJournal } from '../open-journal.ts';
import { takeFromJournal } from '../read-journal.ts';
import { SenderCounts } from '../sender-counts.ts';
import type { Source, SourceContext } from '../source.ts';
import type { OpensipsStreamConfig } from './config.ts';
import { EventMessages } from './event-message.ts';
import { Sequences } from './sequences.ts';
import { listenTcp } from './tcp-listener.ts';

/** Enough of the journal's end to hold what came last from every sender that is still there. */
const JOURNAL_END_BYTES = 1_048_576;
/** The same complaint is not made more often. */
const COMPLAIN_EVERY_MS = 60_000;

/**
 * Signals of OpenSIPS on other hosts. They go to a journal first and are read from there; OpenSIPS in `reliable_mode` is
 * answered when they are in it. What OpenSIPS raised while nobody listened it does not send again: the numbers of the
 * events tell how many those were.
 */
export class OpensipsStream implements Source {
  readonly name: string;
  readonly #config: OpensipsStreamConfig;
  readonly #context: SourceContext;
  readonly #messages: EventMessages;
  readonly #sequences = new Sequences();
  readonly #senders = new SenderCounts();
  readonly #complainedAt = new Map<string, number>();
  readonly #opened = Promise.withResolvers<readonly Endpoint[]>();
  #journal: Journal | undefined;
  #misunderstood = 0;

  constructor(config: OpensipsStreamConfig, context: SourceContext) {
    this.name = context.name;
    this.#config = config;
    this.#context = context;
    this.#messages = new EventMessages(context.name);
  }

  /** Resolves once it listens, with the ports that the system chose where the configured one is 0. */
  get opened(): Promise<readonly Endpoint[]> {
    return this.#opened.promise;
  }

  /** Signals that were numbered and never came. */
  lost(): number {
    return this.#sequences.lost + (this.#journal?.lost ?? 0);
  }

  senders(): ReadonlyMap<string, number> {
    return this.#senders.all();
  }

  async *batches(from: unknown, stop: AbortSignal): AsyncGenerator<Batch> {
    await using resources = new AsyncDisposableStack();
    const { onFault } = this.#context;
    const journal = resources.use(await openJournal(this.#config, this.#context));
    this.#journal = journal;
    this.#sequences.restore(await endOf(journal.path));
    const listeners = await this.#listen(journal, resources);
    this.#opened.resolve(listeners.map(({ endpoint }) => endpoint));
    yield* takeFromJournal({ journal, from, sensor: this.name, stop, onFault });
  }

  #listen(journal: Journal, resources: AsyncDisposableStack): Promise<readonly Listener[]> {
    const { onFault } = this.#context;
    const maxConnections = this.#config['max-connections'];
    const onObjects = (objects: readonly string[], peer: Peer) => this.#take(objects, peer, journal);
    const mayConnect = (peer: Peer) => this.#mayConnect(peer);
    const tcp = (endpoint: Endpoint) => listenTcp({ endpoint, maxConnections, mayConnect, onObjects, onFault });
    return listenOnAll({ endpoints: this.#config.listen, open: [tcp], resources, onFault });
  }

  #mayConnect({ address }: Peer): boolean {
    if (this.#config.senders.some((network) => network.contains(address))) return true;
    this.#complain('sender', `a connection of ${address.text} was refused, which is not allowed (\`senders\`)`);
    return false;
  }

  /** @returns answers to those that OpenSIPS waits for */
  async #take(objects: readonly string[], peer: Peer, journal: Journal): Promise<string> {
    const sender = peer.address.text;
    this.#senders.add(sender, objects.length);
    const answers: string[] = [];
    const misunderstoodBefore = this.#misunderstood;
    let missing = 0;
    for (const json of objects) {
      const message = this.#messages.parse(json, this.#context.clock());
      if (message?.signal === undefined) this.#misunderstood++;
      else journal.append(formatSignal(message.signal));
      if (message?.sequence !== undefined) missing += this.#sequences.note(sender, message.sequence);
      if (message?.id !== undefined) answers.push(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: 'ok' }));
    }
    const numbered = this.#sequences.lineFor(sender);
    if (numbered !== undefined) journal.append(numbered);
    if (missing > 0)
      this.#context.onFault(new Error(`${this.name}: ${countText(missing, 'signal')} of ${sender} never came`));
    if (this.#misunderstood > misunderstoodBefore) {
      this.#complain(
        'message',
        `${countText(this.#misunderstood, 'message was', 'messages were')} not understood, last from ${sender}`,
      );
    }
    if (answers.length > 0) await journal.flushed();
    return answers.join('');
  }

  #complain(kind: string, text: string): void {
    const now = this.#context.clock();
    if (now - (this.#complainedAt.get(kind) ?? Number.NEGATIVE_INFINITY) < COMPLAIN_EVERY_MS) return;
    this.#complainedAt.set(kind, now);
    this.#context.onFault(new Error(`${this.name}: ${text}`));
  }
}

async function endOf(path: string): Promise<string> {
  await using file = await open(path);
  const { size } = await file.stat();
  const bytes = Buffer.alloc(Math.min(size, JOURNAL_END_BYTES));
  await file.read(bytes, 0, bytes.length, size - bytes.length);
  return bytes.toString('latin1');
}
