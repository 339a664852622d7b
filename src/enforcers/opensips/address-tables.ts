import { join } from 'node:path';
import { z } from 'zod';
import type { Address } from '../../lib/address.ts';
import { Flow } from '../../lib/flow.ts';
import { Network } from '../../lib/network.ts';
import {
  ALLOWED_GROUP,
  ALLOWED_TABLE,
  addressTable,
  BLOCKED_NETWORKS_TABLE,
  PEERS_TABLE,
} from '../../lib/opensips/address-table.ts';
import type { MiClient } from '../../lib/opensips/mi-client.ts';
import { writeTable } from '../../lib/opensips/table-file.ts';
import { parseTarget, type Target } from '../../lib/target.ts';

/** Networks are dumped as address and mask; what is unambiguous is the text that sipward wrote beside them. */
const row = z.object({ context_info: z.string() });
const dumped = z.object({ Destinations: z.array(row).default([]) });

/** The tables of addresses that OpenSIPS' `permissions` holds in memory, one partition each. */
export class AddressTables {
  readonly #mi: MiClient;
  readonly #dir: string;

  constructor(mi: MiClient, dir: string) {
    this.#mi = mi;
    this.#dir = join(dir, 'tables');
  }

  writeAllowed(allowlist: readonly Network[], now: number): Promise<void> {
    return this.#write(ALLOWED_TABLE, allowlist, now);
  }

  /** Of the networks and flows, which have no key of their own: those that may be blocked. */
  writeBlocked(targets: readonly Target[], now: number): Promise<void> {
    return this.#write(BLOCKED_NETWORKS_TABLE, targets, now);
  }

  async isTrusted(address: Address): Promise<boolean> {
    const networks = [...(await this.#read(PEERS_TABLE)), ...(await this.#read(ALLOWED_TABLE))];
    return networks.some((one) => one instanceof Network && one.contains(address));
  }

  /** What of the blocked networks and flows requests of the address, or flow, are looked up by. */
  async matching(subject: Address | Flow): Promise<readonly Target[]> {
    const address = subject instanceof Flow ? subject.address : subject;
    const targets = await this.#read(BLOCKED_NETWORKS_TABLE);
    return targets.filter((one) => (one instanceof Flow ? one.text === subject.text : one.contains(address)));
  }

  /** What OpenSIPS holds, by its own word. */
  async #read(partition: string): Promise<readonly Target[]> {
    const single = dumped.parse(await this.#mi.call('address-dump', { partition }));
    const wider = dumped.parse(await this.#mi.call('subnet-dump', { partition }));
    return [...single.Destinations, ...wider.Destinations].flatMap(({ context_info: text }) => {
      const target = parseTarget(text);
      return target === undefined ? [] : [target];
    });
  }

  async #write(name: string, targets: readonly Target[], now: number): Promise<void> {
    const unique = new Map(targets.map((target) => [target.text, target]));
    const rows = [...unique.values()].map((target) => ({ target, group: ALLOWED_GROUP }));
    await writeTable(join(this.#dir, name), addressTable(name, rows), now);
    await this.#mi.call('address-reload', { partition: name });
  }
}
