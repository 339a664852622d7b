import { formatSignal } from '../../formats/opensips-events/format-signal.ts';
import type { Endpoint } from '../../lib/config-values.ts';
import type { Batch } from '../../pipeline/batch.ts';
import type { Journal } from '../journal.ts';
import { listenOnAll } from '../listen-on-all.ts';
import type { Listener } from '../listener.ts';
import { openJournal } from '../open-journal.ts';
import { takeFromJournal } from '../read-journal.ts';
import type { Source, SourceContext } from '../source.ts';
import { listenUdp } from '../udp-listener.ts';
import type { Peer } from './compose-reply.ts';
import type { DecoyConfig } from './config.ts';
import { type DecoyTransport, type Heard, Switchboard, type SwitchboardCounts } from './switchboard.ts';
import { listenTcp } from './tcp-listener.ts';

/** Where the decoy listens. */
export interface Listening extends Endpoint {
  readonly transport: DecoyTransport;
}

/** No more: what an attacker floods us with would be answered long after it came. */
const RECEIVE_BYTES = 4_194_304;

/**
 * A SIP endpoint that nobody has a reason to talk to. What it hears goes to its journal first and becomes signals when
 * that is read: neither a crash nor a busy consumer loses what was heard.
 *
 * It listens while `batches` is read: the first pull opens its sockets, and they are closed when `stop` aborts. A port that
 * is in use is left out and told to `onFault`; if nothing is left, the decoy is unavailable.
 */
export class Decoy implements Source {
  readonly name: string;
  readonly #config: DecoyConfig;
  readonly #context: SourceContext;
  readonly #switchboard: Switchboard;
  readonly #opened = Promise.withResolvers<readonly Listening[]>();

  constructor(config: DecoyConfig, context: SourceContext) {
    this.name = context.name;
    this.#config = config;
    this.#context = context;
    this.#switchboard = new Switchboard({
      sensor: context.name,
      userAgent: config['user-agent'],
      realm: config.realm,
      repliesPerSecond: config['replies-per-second'],
    });
  }

  /** Resolves once it listens, with the ports that the system chose where the configured one is 0. */
  get opened(): Promise<readonly Listening[]> {
    return this.#opened.promise;
  }

  get counts(): SwitchboardCounts {
    return this.#switchboard.counts;
  }

  async *batches(from: unknown, stop: AbortSignal): AsyncGenerator<Batch> {
    await using resources = new AsyncDisposableStack();
    const journal = resources.use(await openJournal(this.#config, this.#context));
    const listeners = await this.#listen(journal, resources);
    this.#opened.resolve(listeners.map(({ transport, endpoint }) => ({ transport, ...endpoint })));
    const { onFault } = this.#context;
    yield* takeFromJournal({ journal, from, sensor: this.name, stop, onFault });
  }

  #listen(journal: Journal, resources: AsyncDisposableStack): Promise<readonly Listener[]> {
    const udp = (endpoint: Endpoint) => this.#listenUdp(endpoint, journal);
    const tcp = (endpoint: Endpoint) => this.#listenTcp(endpoint, journal);
    const { onFault } = this.#context;
    return listenOnAll({ endpoints: this.#config.listen, open: [udp, tcp], resources, onFault });
  }

  #listenUdp(endpoint: Endpoint, journal: Journal): Promise<Listener> {
    return listenUdp({
      endpoint,
      receiveBytes: RECEIVE_BYTES,
      onDatagram: (bytes, peer) => this.#hear(bytes, peer, 'udp', journal).reply,
      onFault: this.#context.onFault,
    });
  }

  #listenTcp(endpoint: Endpoint, journal: Journal): Promise<Listener> {
    return listenTcp({
      endpoint,
      maxConnections: this.#config['max-connections'],
      onMessage: (bytes, peer) => {
        const { signal, reply } = this.#hear(bytes, peer, 'tcp', journal);
        return signal?.kind === 'malformed' && reply === undefined ? 'close' : reply;
      },
      mayPong: (peer) => this.#switchboard.mayReply(peer, this.#context.clock()),
      onFault: this.#context.onFault,
    });
  }

  #hear(bytes: Buffer, peer: Peer, transport: DecoyTransport, journal: Journal): Heard {
    try {
      const heard = this.#switchboard.hear(bytes, peer, transport, this.#context.clock());
      if (heard.signal !== undefined) journal.append(formatSignal(heard.signal));
      return heard;
    } catch (cause) {
      // A mistake of ours that a stranger can call up with a datagram must not end the daemon.
      this.#context.onFault(new Error('a message to the decoy could not be attended to', { cause }));
      return { signal: undefined, reply: undefined };
    }
  }
}
