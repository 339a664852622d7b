import { join } from 'node:path';
import { formatSignal } from '../../formats/opensips-events/format-signal.ts';
import type { Endpoint } from '../../lib/config-values.ts';
import type { Batch } from '../../pipeline/batch.ts';
import { Journal } from '../journal.ts';
import { CannotListen, type Listener, type ListenerTransport, type Peer } from '../listener.ts';
import { takeFromJournal } from '../read-journal.ts';
import { type Source, type SourceContext, SourceUnavailable } from '../source.ts';
import { listenUdp } from '../udp-listener.ts';
import type { HepConfig } from './config.ts';
import { Receiver, type Refusal } from './receiver.ts';
import { listenTcp } from './tcp-listener.ts';
import { udpDrops } from './udp-drops.ts';

/** Where reports are taken. */
export interface Listening extends Endpoint {
  readonly transport: ListenerTransport;
}

/** How often requests that nobody answers are looked for, whether or not anything comes. */
const EXPIRE_EVERY_MS = 1000;
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

  async *batches(from: unknown, stop: AbortSignal): AsyncGenerator<Batch> {
    await using resources = new AsyncDisposableStack();
    const journal = resources.use(
      await Journal.open({
        directory: join(this.#context.stateDir, this.name),
        segmentBytes: this.#config['journal-segment-bytes'],
        segments: this.#config['journal-segments'],
        onFault: this.#context.onFault,
      }),
    );
    const listeners = await this.#listen(journal, resources);
    resources.adopt(this.#expireNowAndThen(journal), clearInterval);
    const udp = listeners.filter(({ transport }) => transport === 'udp').map(({ endpoint }) => endpoint.port);
    resources.adopt(this.#watchDrops(udp), clearInterval);
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

  /** What the kernel drops when we are too slow is in no other count. */
  #watchDrops(ports: readonly number[]): NodeJS.Timeout {
    let before = 0;
    return setInterval(() => {
      const drops = udpDrops(ports);
      if (drops > before) {
        const text = `${drops - before} reports were lost, as they came faster than they could be read`;
        this.#context.onFault(new Error(`${this.name}: ${text}`));
      }
      before = drops;
    }, COMPLAIN_EVERY_MS).unref();
  }

  async #listen(journal: Journal, resources: AsyncDisposableStack): Promise<readonly Listener[]> {
    const { onFault } = this.#context;
    const listeners: Listener[] = [];
    const faults: CannotListen[] = [];
    const add = async (opening: Promise<Listener>) => {
      try {
        listeners.push(resources.use(await opening));
      } catch (error) {
        if (!(error instanceof CannotListen)) throw error;
        faults.push(error);
      }
    };
    for (const endpoint of this.#config.listen) {
      const onReport = (bytes: Buffer, peer: Peer) => this.#hear(bytes, peer, journal);
      await add(listenUdp({ endpoint, onFault, onDatagram: (bytes, peer) => void onReport(bytes, peer) }));
      const udp = listeners.findLast((listener) => listener.endpoint.host === endpoint.host);
      // Port 0: TCP gets the port that UDP was given, so that there is one to tell.
      const same = endpoint.port === 0 && udp !== undefined ? udp.endpoint : endpoint;
      await add(listenTcp({ endpoint: same, maxConnections: this.#config['max-connections'], onFault, onReport }));
    }
    if (listeners.length > 0) for (const fault of faults) onFault(fault);
    else throw new SourceUnavailable(faults.map((fault) => fault.message).join('; '), { cause: faults[0] });
    return listeners;
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
