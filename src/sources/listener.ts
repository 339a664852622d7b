import type { Address } from '../lib/address.ts';
import { type Endpoint, endpointText } from '../lib/config-values.ts';

export type ListenerTransport = 'udp' | 'tcp';

/** Who sent something to a listener. */
export interface Peer {
  readonly address: Address;
  readonly port: number;
}

/** An open socket of a source. */
export interface Listener extends AsyncDisposable {
  readonly transport: ListenerTransport;
  /** Where it listens: with the port that the system chose if the configured one is 0. */
  readonly endpoint: Endpoint;
  /** Of UDP: what the kernel keeps of what comes while we are busy, as it counts (Linux: twice what it was asked for). */
  readonly receiveBytes?: number;
}

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; stop it, or choose another address in `listen`',
  EADDRNOTAVAIL: 'this machine has no such address; choose another one in `listen`',
  EACCES: 'ports below 1024 need privileges; choose another one in `listen`',
};

/** Thrown when an address cannot be listened on; a source goes on without it. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen';
  /** The system's code, such as `EADDRINUSE`. */
  readonly code: string;

  constructor(transport: ListenerTransport, endpoint: Endpoint, cause: unknown) {
    const code = String((cause as NodeJS.ErrnoException | undefined)?.code ?? 'unknown');
    const place = `${transport} ${endpointText(endpoint)}`;
    super(`cannot listen on ${place} (${code}): ${ADVICE[code] ?? 'see the cause'}`, { cause });
    this.code = code;
  }
}
