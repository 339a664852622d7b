import { formatSignal } from '../../formats/opensips-events/format-signal.ts';
import { type Endpoint, endpointText } from '../../lib/config-values.ts';
import type { Batch } from '../../pipeline/batch.ts';
import type { Journal } from '../journal.ts';
import { listenOnAll } from '../listen-on-all.ts';
import type { Listener, ListenerTransport, Peer } from '../listener.ts';
import { openJournal } from '../open-journal.ts';
import { takeFromJournal } from '../read-journal.ts';
import type { Source, SourceContext } from '../source.ts';
import { udpDrops } from '../udp-drops.ts';
import { listenUdp } from '../udp-listener.ts';
import type { HepConfig } from './config.ts';
import { Receiver, type Refusal } from './receiver.ts';
import { listenTcp } from './tcp-listener.ts';

/** Where reports are taken. */
export interface Listening extends Endpoint {
  readonly transport: ListenerTransport;
}

/** How often requests that nobody answers are looked for, whether or not anything comes. */
const EXPIRE_EVERY_MS = 1000;
/** So many bytes hold 13,000 reports: a quarter of a second at 50,000 a second. */
const RECEIVE_BYTES = 16_777_216;
/** The same complaint is not made more often. */
const COMPLAIN_EVERY_MS = 60_000;

const COMPLAINTS: Readonly<Record<Exclude<Refusal, 'not-sip'>, string>> = {
  sender: 'reports from a sender that is not allowed were left out (`senders`)',
  'auth-key': 'reports with a wrong authentication key were left out (`auth-key`)',
  'not-hep': 'what came is no HEP',
  truncated: 'broken reports were left out: shorter than they say',
  chunk: 'broken reports were left out: a chunk has a length it cannot have',
  address: 'broken reports were left out: they name no addresses',
  compressed: 'broken reports were left out: compressed beyond reading',
};

/**
 * SIP traffic as capture agents report it. Its signals go to a journal first and are read from there: neither a crash
 * nor a busy consumer loses any.
 *
 * It listens while `batches` is read: the first pull opens its sockets, and they are closed when `stop` aborts. An address
 * that cannot be listened on is left out and told to `onFault`; if nothing is left, the source is unavailable.
 */
export class Hep implements Source {
  readonly name: string;
  readonly #config: HepConfig;
  readonly #context: SourceContext;
  readonly #receiver: Receiver;
  readonly #complainedAt = new Map<string, number>();
  #listeners: readonly Listener[] = [];
  #journal: Journal | undefined;
  readonly #opened = Promise.withResolvers<readonly Listening[]>();

  constructor(config: HepConfig, context: SourceContext) {
    this.name = context.name;
    this.#config = config;
    this.#context = context;
    this.#receiver = new Receiver({
      sensor: context.name,
      senders: config.senders,
      authKey: config['auth-key'],
      own: config.own,
      maxClockSkewMs: config['max-clock-skew'],
      maxTransactions: config['max-transactions'],
    });
  }

  /** Resolves once it listens, with the ports that the system chose where the configured one is 0. */
  get opened(): Promise<readonly Listening[]> {
    return this.#opened.promise;
  }

  /** What the kernel dropped because we were too slow is in no other count. */
  lost(): number {
    const udp = this.#listeners.filter(({ transport }) => transport === 'udp').map(({ endpoint }) => endpoint.port);
    return udpDrops(udp) + (this.#journal?.lost ?? 0);
  }

  notes(): readonly string[] {
    return this.#listeners.flatMap(({ endpoint, receiveBytes }) =>
      receiveBytes === undefined ? [] : [receiveNote(endpoint, receiveBytes)],
    );
  }

  senders(): ReadonlyMap<string, number> {
    return this.#receiver.senders();
  }

  async *batches(from: unknown, stop: AbortSignal): AsyncGenerator<Batch> {
    await using resources = new AsyncDisposableStack();
    const journal = resources.use(await openJournal(this.#config, this.#context));
    const listeners = await this.#listen(journal, resources);
    this.#listeners = listeners;
    this.#journal = journal;
    resources.adopt(this.#expireNowAndThen(journal), clearInterval);
    resources.adopt(this.#watchDrops(), clearInterval);
    this.#opened.resolve(listeners.map(({ transport, endpoint }) => ({ transport, ...endpoint })));
    const { onFault } = this.#context;
    yield* takeFromJournal({ journal, from, sensor: this.name, stop, onFault });
  }

  #expireNowAndThen(journal: Journal): NodeJS.Timeout {
    return setInterval(() => {
      this.#receiver.expire(this.#context.clock());
      this.#write(journal);
    }, EXPIRE_EVERY_MS).unref();
  }

  #watchDrops(): NodeJS.Timeout {
    let before = 0;
    return setInterval(() => {
      const lost = this.lost();
      if (lost > before) {
        const text = `${lost - before} reports were lost, as they came faster than they could be read`;
        this.#context.onFault(new Error([`${this.name}: ${text}`, ...this.notes()].join('; ')));
      }
      before = lost;
    }, COMPLAIN_EVERY_MS).unref();
  }

  #listen(journal: Journal, resources: AsyncDisposableStack): Promise<readonly Listener[]> {
    const { onFault } = this.#context;
    const maxConnections = this.#config['max-connections'];
    const onReport = (bytes: Buffer, peer: Peer) => this.#hear(bytes, peer, journal);
    const onDatagram = (bytes: Buffer, peer: Peer) => void onReport(bytes, peer);
    const udp = (endpoint: Endpoint) => listenUdp({ endpoint, receiveBytes: RECEIVE_BYTES, onFault, onDatagram });
    const tcp = (endpoint: Endpoint) => listenTcp({ endpoint, maxConnections, onFault, onReport });
    return listenOnAll({ endpoints: this.#config.listen, open: [udp, tcp], resources, onFault });
  }

  /** False if the sender has no business here. */
  #hear(bytes: Buffer, peer: Peer, journal: Journal): boolean {
    const refusal = this.#receiver.hear(bytes, peer, this.#context.clock());
    if (refusal === undefined) this.#write(journal);
    else if (refusal !== 'not-sip') this.#complain(refusal, peer);
    return refusal !== 'sender' && refusal !== 'auth-key';
  }

  #write(journal: Journal): void {
    for (const signal of this.#receiver.take()) journal.append(formatSignal(signal));
  }

  #complain(refusal: Exclude<Refusal, 'not-sip'>, peer: Peer): void {
    const now = this.#context.clock();
    if (now - (this.#complainedAt.get(refusal) ?? Number.NEGATIVE_INFINITY) < COMPLAIN_EVERY_MS) return;
    this.#complainedAt.set(refusal, now);
    const count = this.#receiver.refused.get(refusal) ?? 0;
    this.#context.onFault(
      new Error(`${this.name}: ${COMPLAINTS[refusal]}; ${count} so far, last from ${peer.address.text}`),
    );
  }
}

/** What the kernel keeps while we are busy, and how to have it keep more. */
function receiveNote(endpoint: Endpoint, bytes: number): string {
  const kept = `the kernel keeps ${(bytes / 2 ** 20).toFixed(1)} MiB of what comes to udp ${endpointText(endpoint)} meanwhile`;
  // Linux counts twice what it was asked for.
  return bytes >= RECEIVE_BYTES ? kept : `${kept}; for more: sysctl -w net.core.rmem_max=${RECEIVE_BYTES}`;
}
