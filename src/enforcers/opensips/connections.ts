import { z } from 'zod';
import { Address } from '../../lib/address.ts';
import type { Network } from '../../lib/network.ts';
import { METHOD_NOT_FOUND, type MiClient, MiRefusal } from '../../lib/opensips/mi-client.ts';

const listed = z.object({ Connections: z.array(z.object({ Remote: z.string() })).default([]) });

/**
 * Closes the open connections of blocked sources by OpenSIPS' `tcp:close`, which 4.0 has. On 3.6 they stay open, what
 * arrives by them is refused, and they end by their lifetime or by `end-connections` of the nftables enforcer.
 */
export class ConnectionEnder {
  readonly #mi: MiClient;
  readonly #onFault: (error: Error) => void;
  #running: Promise<void> = Promise.resolve();
  #isSupported = true;

  constructor(mi: MiClient, onFault: (error: Error) => void) {
    this.#mi = mi;
    this.#onFault = onFault;
  }

  /** Nobody waits for it: the block is in force already. */
  end(targets: readonly Network[], allowlist: readonly Network[]): void {
    if (!this.#isSupported) return;
    this.#running = this.#running
      .then(() => this.#end(targets, allowlist))
      .catch((cause: unknown) => this.#onFault(new Error('open connections were not closed', { cause })));
  }

  settled(): Promise<void> {
    return this.#running;
  }

  async #end(targets: readonly Network[], allowlist: readonly Network[]): Promise<void> {
    const { Connections } = listed.parse(await this.#mi.call('connections-list'));
    for (const { Remote: remote } of Connections) {
      const address = Address.parse(remote.slice(0, remote.lastIndexOf(':')));
      if (address === undefined || !targets.some((target) => target.contains(address))) continue;
      if (allowlist.some((network) => network.contains(address))) continue;
      await this.#close(remote);
      if (!this.#isSupported) return;
    }
  }

  async #close(remote: string): Promise<void> {
    try {
      await this.#mi.call('connection-close', { ipport: remote });
    } catch (error) {
      if (!(error instanceof MiRefusal)) throw error;
      // Refused with another code: the connection has ended by itself meanwhile.
      if (error.code === METHOD_NOT_FOUND) this.#isSupported = false;
    }
  }
}
