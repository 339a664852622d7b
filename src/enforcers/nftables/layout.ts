/** What of our table is in the kernel, without elements: cheap however many there are. */
import { z } from 'zod';
import { runNft } from './command.ts';

export interface Layout {
  /** Equal as long as nobody changes table, sets, chains or rules. */
  readonly signature: string;
  readonly sets: readonly string[];
  readonly rules: number;
  readonly droppedPackets: number | undefined;
}

/**
 * What makes an object what it is. The rest is left out: handles and counts change by themselves, and newer versions
 * tell more (how many elements a set has).
 */
const IDENTITY: Readonly<Record<string, readonly string[]>> = {
  table: ['name', 'flags'],
  set: ['name', 'type', 'flags'],
  chain: ['name', 'type', 'hook', 'prio', 'policy'],
  rule: ['chain', 'expr'],
};

const part = z.looseObject({ name: z.string().optional(), table: z.string().optional() });
const rulesetSchema = z.object({ nftables: z.array(z.record(z.string(), part)) });

/**
 * Asks for the whole family: in nft 1.0.6 only `list ruleset` heeds `-t` and leaves the elements in the kernel; a
 * listing of just the table or a chain fetches them all (400 ms at 100,000).
 */
export async function readLayout(prefix: readonly string[], table: string): Promise<Layout> {
  const output = await runNft(prefix, ['-j', '-t', 'list', 'ruleset', 'inet']);
  return parseLayout(output, table);
}

export function parseLayout(json: string, table: string): Layout {
  const objects = rulesetSchema.parse(JSON.parse(json)).nftables.flatMap((entry) => Object.entries(entry));
  const ours = objects.filter(([kind, value]) => (kind === 'table' ? value.name : value.table) === table);
  const counter = ours.find(([kind, value]) => kind === 'counter' && value.name === 'dropped')?.[1];
  const packets = counter?.packets;
  return {
    signature: ours.map(([kind, value]) => JSON.stringify([kind, identityOf(kind, value)])).join('\n'),
    sets: ours.flatMap(([kind, value]) => (kind === 'set' && value.name !== undefined ? [value.name] : [])),
    rules: ours.filter(([kind]) => kind === 'rule').length,
    droppedPackets: typeof packets === 'number' ? packets : undefined,
  };
}

function identityOf(kind: string, value: Readonly<Record<string, unknown>>): unknown[] {
  return (IDENTITY[kind] ?? ['name']).map((field) => value[field] ?? null);
}
