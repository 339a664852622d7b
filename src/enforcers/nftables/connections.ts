/** Ends open TCP connections of blocked sources and flows. */
import { setTimeout } from 'node:timers/promises';
import { Flow } from '../../lib/flow.ts';
import type { Network } from '../../lib/network.ts';
import { networkOf, type Target } from '../../lib/target.ts';
import { run } from './command.ts';
import type { NftablesConfig } from './config.ts';

/** Arguments of one `ss`: 200 targets are 10 kB. */
const TARGETS_PER_CALL = 200;
/** Starting a process holds up the event loop for some milliseconds: one for all blocks of this time, not one for each. */
const GATHER_MS = 200;
/** More than that waiting, and connections are left to their time-outs. */
const MAX_WAITING = 10_000;

/**
 * Their packets no longer arrive, so without this the connections would linger until the SIP server's own time-out.
 * `ss -K` takes them from the server's process, whatever it is, and resets the peer's side. Nobody waits for it.
 */
export class ConnectionEnder {
  readonly #config: Pick<NftablesConfig, 'prefix' | 'ports'>;
  readonly #onFault: (error: Error) => void;
  #waiting: Target[] = [];
  #allowlist: readonly Network[] = [];
  #running: Promise<void> | undefined;

  constructor(config: Pick<NftablesConfig, 'prefix' | 'ports'>, onFault: (error: Error) => void) {
    this.#config = config;
    this.#onFault = onFault;
  }

  /** @param allowlist whose connections stay, also inside of a blocked network */
  end(targets: readonly Target[], allowlist: readonly Network[]): void {
    const connected = targets.filter((target) => !(target instanceof Flow) || target.protocol === 'tcp');
    if (connected.length === 0) return;
    this.#waiting.push(...connected.slice(0, MAX_WAITING - this.#waiting.length));
    this.#allowlist = allowlist;
    this.#running ??= this.#run()
      .catch((error: unknown) => this.#onFault(new Error('open connections were not ended', { cause: error })))
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Resolves when nothing is waiting any more. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await setTimeout(GATHER_MS);
      const targets = this.#waiting.splice(0, TARGETS_PER_CALL);
      const args = ['-K', '-H', '-n', '-t', ...filterOf(targets, this.#allowlist, this.#config.ports)];
      const { code, stderr } = await run({ prefix: this.#config.prefix, program: 'ss', args });
      if (code !== 0 || stderr !== '') throw new Error(`ss -K: ${stderr.slice(0, 200).trim()}`);
    }
  }
}

export function filterOf(
  targets: readonly Target[],
  allowlist: readonly Network[],
  ports: readonly number[],
): string[] {
  const spared = allowlist.filter((network) => targets.some((target) => networkOf(target).overlaps(network)));
  return [
    ...either(targets.map((target) => ['dst', peer(target)])),
    ...spared.flatMap((network) => ['and', 'not', 'dst', peer(network)]),
    ...(ports.length === 0 ? [] : ['and', ...either(ports.map((port) => ['sport', '=', `:${port}`]))]),
  ];
}

function either(conditions: readonly (readonly string[])[]): string[] {
  return ['(', ...conditions.flatMap((condition, index) => (index === 0 ? condition : ['or', ...condition])), ')'];
}

function peer(target: Target): string {
  const { family, text } = networkOf(target);
  const host = family === 4 ? text : `[${text}]`;
  return target instanceof Flow ? `${host}:${target.port}` : host;
}
