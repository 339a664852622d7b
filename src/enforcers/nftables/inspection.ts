/** Asks the kernel about our table; never through the session, which must not list anything. */
import { Address } from '../../lib/address.ts';
import { Network } from '../../lib/network.ts';
import type { Enforced } from '../enforcer.ts';
import { canaryOf, parseBlockSet } from './block-sets.ts';
import { complaint, run } from './command.ts';
import type { NftablesConfig } from './config.ts';
import { readAllowlist, readElements } from './elements.ts';
import type { Written } from './kernel.ts';
import { readLayout } from './layout.ts';
import { probeLine } from './statements.ts';

type Layer = Pick<NftablesConfig, 'table' | 'prefix'>;

export interface Damage {
  /** The table, a set, a chain or a rule is not as it was written. */
  readonly layout: boolean;
  /** The allowlist is not as it was written. */
  readonly allowlist: boolean;
  /** Names of sets that have lost their canary, so were flushed. */
  readonly flushed: readonly string[];
}

export interface Inspection {
  /** Undefined: all is well. */
  readonly damage: Damage | undefined;
  readonly droppedPackets: number | undefined;
}

/** Costs three processes of a few milliseconds, however many blocks there are. */
export async function inspect(layer: Layer, written: Written): Promise<Inspection> {
  const { signature, droppedPackets } = await readLayout(layer.prefix, layer.table);
  if (signature !== written.signature)
    return { damage: { layout: true, allowlist: true, flushed: [] }, droppedPackets };
  const canaries = written.sets.map((set) => ({ set: set.name, key: canaryOf(set) }));
  const [held, allowlist] = await Promise.all([probe(layer, canaries), readAllowlist(layer.prefix, layer.table)]);
  const damage: Damage = {
    layout: false,
    allowlist: allowlist !== written.allowlist,
    flushed: written.sets.map((set) => set.name).filter((_, index) => !held.has(index)),
  };
  const isDamaged = damage.allowlist || damage.flushed.length > 0;
  return { damage: isDamaged ? damage : undefined, droppedPackets };
}

/** Whether packets of this address are dropped now: a set has it, the rules are in place, the allowlist lacks it. */
export async function check(layer: Layer, written: Written, address: Address): Promise<boolean> {
  const { signature } = await readLayout(layer.prefix, layer.table);
  if (signature !== written.signature) return false;
  const sets = written.sets.filter((set) => set.family === address.family);
  const keys = sets.map((set) => ({ set: set.name, key: Network.of(address, set.length).base.text }));
  const [held, isAllowed] = await Promise.all([probe(layer, keys), isAllowlisted(layer, address)]);
  return held.size > 0 && !isAllowed;
}

/** Everything that is in the kernel, also what others have put there. */
export async function readBlocks(layer: Layer, now: number, take: (block: Enforced) => void): Promise<void> {
  const { sets } = await readLayout(layer.prefix, layer.table);
  const ours = sets.filter((name) => parseBlockSet(name) !== undefined);
  if (ours.length === 0) return;
  await readElements(layer.prefix, layer.table, ours, ({ set: name, key, leftMs }) => {
    const set = parseBlockSet(name);
    const address = Address.parse(key);
    if (set === undefined || address === undefined || key === canaryOf(set)) return;
    const target = Network.of(address, set.length);
    // With host bits, put there by somebody else, it never matches a packet.
    if (target.base.text !== address.text) return;
    take({ target, expiresAt: leftMs === undefined ? undefined : now + leftMs });
  });
}

interface Key {
  readonly set: string;
  readonly key: string;
}

/**
 * Which of these elements exist, by index. `create` complains about each that does, with its line; `-c` changes
 * nothing. `get element` would first fetch the whole set (400 ms at 100,000).
 */
async function probe(layer: Layer, keys: readonly Key[]): Promise<ReadonlySet<number>> {
  const { code, stderr } = await create(layer, keys);
  if (code === 0) return new Set();
  const complaints = stderr.matchAll(/^[^\s:]+:(\d+):[\d-]+: Error: (.*)$/gm).toArray();
  const held = complaints.filter((match) => match[2]?.includes('File exists'));
  if (held.length === 0 || held.length < complaints.length) throw complaint(stderr);
  return new Set(held.map((match) => Number(match[1]) - 1));
}

/** In an interval set nft itself refuses what overlaps. */
async function isAllowlisted(layer: Layer, address: Address): Promise<boolean> {
  const { code, stderr } = await create(layer, [{ set: `allow${address.family}`, key: address.text }]);
  if (code === 0) return false;
  if (/File exists|overlap|conflict/.test(stderr)) return true;
  throw complaint(stderr);
}

function create({ prefix, table }: Layer, keys: readonly Key[]) {
  const input = keys.map(({ set, key }) => `${probeLine(table, set, key)}\n`).join('');
  return run({ prefix, program: 'nft', args: ['-c', '-f', '-'] }, { input });
}
