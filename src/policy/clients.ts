import { Address } from '../lib/address.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import type { Network } from '../lib/network.ts';
import { aorOf } from '../pipeline/aor.ts';
import { isAttempt, isSuccess } from '../pipeline/failure.ts';
import type { Signal } from '../pipeline/signal.ts';
import { type Call, type Client, clientKey, flowKey, MAX_ACCOUNTS, MAX_CALLS, type Registration } from './client.ts';
import { FailingAccounts } from './failing-accounts.ts';
import { FailingFlows } from './failing-flows.ts';

/** Without an Expires the registrar decides; an hour is the rule (RFC 3261 section 10.2.1.1). */
const DEFAULT_EXPIRES_S = 3600;
/** A call whose end was never seen. */
const LONGEST_CALL_MS = 12 * 3_600_000;
const REFRESH_MS = 60_000;

export interface ClientsOptions {
  readonly maxClients: number;
  /** A client without success for this long is forgotten. */
  readonly keepMs: number;
  /** Whether the flows that fail are remembered. */
  readonly tracksFlows: boolean;
}

/** What `snapshot` gives of a client. */
type KeptClient = Omit<Client, 'address' | 'failing' | 'failingFlows'> & { readonly ip: string };

/**
 * The addresses that registered or called with success lately, with what a block of them would cut. Only a success makes
 * an entry, so an attacker cannot fill this with forged packets.
 */
export class Clients {
  readonly #clients: BoundedMap<number | string, Client>;
  readonly #keepMs: number;
  readonly #tracksFlows: boolean;

  constructor(options: ClientsOptions) {
    this.#clients = new BoundedMap(options.maxClients);
    this.#keepMs = options.keepMs;
    this.#tracksFlows = options.tracksFlows;
  }

  get size(): number {
    return this.#clients.size;
  }

  get evicted(): number {
    return this.#clients.evicted;
  }

  get(address: Address): Client | undefined {
    return this.#clients.get(clientKey(address));
  }

  /** All whose address lies in `network`. Linear: asked only when a whole network is judged. */
  within(network: Network): Client[] {
    const found: Client[] = [];
    for (const [, client] of this.#clients.entries()) if (network.contains(client.address)) found.push(client);
    return found;
  }

  /** @param isWelcome whether a success makes a new client: not that of somebody who has just been found attacking */
  observe(signal: Signal, isWelcome: (signal: Signal) => boolean): void {
    const client = this.get(signal.address);
    if (isSuccess(signal)) {
      if (client !== undefined || isWelcome(signal)) this.#succeeded(client ?? newClient(signal), signal);
    } else if (client !== undefined) this.#noteOther(client, signal);
  }

  /** A device that fails as customers' devices do keeps its address known. */
  extend(client: Client, at: number): void {
    // Moved to the young end now and then: not for every signal, for that is what costs.
    if (client.goodAt === at || at - client.goodAt > REFRESH_MS) this.#clients.set(clientKey(client.address), client);
    client.goodAt = Math.max(client.goodAt, at);
  }

  expire(now: number): void {
    this.#clients.expire((client) => {
      for (const [callId, { answeredAt }] of client.calls) {
        if (now - answeredAt > LONGEST_CALL_MS) client.calls.delete(callId);
      }
      if (client.failingFlows?.expire(now) === 0) client.failingFlows = undefined;
      if (client.failing?.expire(now) === 0) client.failing = undefined;
      return now - client.goodAt > this.#keepMs;
    });
  }

  /** Plain data for `restore`. What fails at the moment is not kept: it will fail again. */
  snapshot(): unknown {
    return [...this.#clients.entries()].map(
      ([, { address, failing: _accounts, failingFlows: _flows, ...kept }]): KeptClient => {
        return { ...kept, ip: address.text };
      },
    );
  }

  /** @param state what `snapshot` gave */
  restore(state: unknown): readonly Client[] {
    return (state as readonly KeptClient[]).map(({ ip, ...kept }) => {
      const address = Address.parse(ip);
      if (address === undefined) throw new TypeError(`the snapshot holds "${ip}" where an address is expected`);
      const client = restored(address, kept);
      this.#clients.set(clientKey(address), client);
      return client;
    });
  }

  #succeeded(client: Client, signal: Signal): void {
    this.extend(client, signal.at);
    if (signal.kind === 'call.answered') {
      if (client.calls.size < MAX_CALLS)
        client.calls.set(signal.callId, { answeredAt: signal.at, flow: flowKey(signal) });
      return;
    }
    const account = aorOf(signal);
    if (signal.proven !== 'no') client.proven = true;
    client.failing?.succeeded(account);
    const until = signal.at + (signal.expires > 0 ? signal.expires : DEFAULT_EXPIRES_S) * 1000;
    const known = client.accounts.get(account);
    if (known !== undefined) {
      known.until = until;
      known.flow = flowKey(signal);
    } else if (client.accounts.size < MAX_ACCOUNTS) client.accounts.set(account, { until, flow: flowKey(signal) });
  }

  #noteOther(client: Client, signal: Signal): void {
    if (signal.kind === 'register.removed') {
      const account = aorOf(signal);
      // One that never registered here does not belong here for saying goodbye.
      if (client.accounts.has(account)) client.accounts.set(account, { until: 0, flow: 0 });
    } else if (signal.kind === 'call.ended') client.calls.delete(signal.callId);
    else if (isAttempt(signal)) {
      const account = aorOf(signal);
      client.failing ??= new FailingAccounts();
      client.failing.note(account, signal);
      if (!this.#tracksFlows) return;
      client.failingFlows ??= new FailingFlows();
      client.failingFlows.note(account, signal, !client.accounts.has(account));
    }
  }
}

/** Earlier programs kept of registrations and calls the time alone. */
function restored(address: Address, kept: Omit<KeptClient, 'ip'>): Client {
  const accounts = new Map<string, number | Registration>(kept.accounts);
  const calls = new Map<string, number | Call>(kept.calls);
  return {
    ...newClient({ address, at: kept.firstAt }),
    ...kept,
    accounts: mapped(accounts, (one) => (typeof one === 'number' ? { until: one, flow: 0 } : one)),
    calls: mapped(calls, (one) => (typeof one === 'number' ? { answeredAt: one, flow: 0 } : one)),
  };
}

function mapped<T, U>(map: ReadonlyMap<string, T>, change: (value: T) => U): Map<string, U> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}

function newClient({ address, at }: Pick<Signal, 'address' | 'at'>): Client {
  return {
    address,
    firstAt: at,
    goodAt: at,
    proven: false,
    accounts: new Map(),
    calls: new Map(),
    failing: undefined,
    failingFlows: undefined,
    watchedUntil: 0,
  };
}
