import { type Endpoint, endpointText } from '../../lib/config-values.ts';
import type { DecoyTransport } from './switchboard.ts';

/** An open socket of the decoy. */
export interface Listener extends AsyncDisposable {
  readonly transport: DecoyTransport;
  /** Where it listens: with the port that the system chose if the configured one is 0. */
  readonly endpoint: Endpoint;
}

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; stop it, or choose another address in `listen`',
  EADDRNOTAVAIL: 'this machine has no such address; choose another one in `listen`',
  EACCES: 'ports below 1024 need privileges; choose another one in `listen`',
};

/** Thrown when an address cannot be listened on; the decoy goes on without it. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen';
  /** The system's code, such as `EADDRINUSE`. */
  readonly code: string;

  constructor(transport: DecoyTransport, endpoint: Endpoint, cause: unknown) {
    const code = String((cause as NodeJS.ErrnoException | undefined)?.code ?? 'unknown');
    const place = `${transport} ${endpointText(endpoint)}`;
    super(`cannot listen on ${place} (${code}): ${ADVICE[code] ?? 'see the cause'}`, { cause });
    this.code = code;
  }
}
