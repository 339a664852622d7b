/** Asks the kernel about our table; never through the session, which must not list anything. */
import type { Address } from '../../lib/address.ts';
import { Flow } from '../../lib/flow.ts';
import type { Enforced } from '../enforcer.ts';
import { canaryOf, isCanary, keyIn, keyOf, type Purpose, parseKey, parseSetName, setOf } from './address-sets.ts';
import { complaint, run } from './command.ts';
import type { NftablesConfig } from './config.ts';
import { readElements } from './elements.ts';
import type { Written } from './kernel.ts';
import { readLayout } from './layout.ts';
import { probedIndex, probeStatements, type SetKey } from './statements.ts';

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

/** Costs two processes of a few milliseconds, however many blocks there are. */
export async function inspect(layer: Layer, written: Written): Promise<Inspection> {
  const { signature, droppedPackets } = await readLayout(layer.prefix, layer.table);
  if (signature !== written.signature)
    return { damage: { layout: true, allowlist: true, flushed: [] }, droppedPackets };
  const canaries = written.sets.map((set) => ({ set, key: canaryOf(set) }));
  const allowed = written.allowlist.map((network) => ({ set: setOf('allow', network), key: keyOf(network) }));
  const held = await probe(layer, [...canaries, ...allowed]);
  const damage: Damage = {
    layout: false,
    allowlist: allowed.some((_, index) => !held.has(canaries.length + index)),
    flushed: written.sets.map((set) => set.name).filter((_, index) => !held.has(index)),
  };
  const isDamaged = damage.allowlist || damage.flushed.length > 0;
  return { damage: isDamaged ? damage : undefined, droppedPackets };
}

/** Whether packets of it are dropped now: a set has it, the rules are in place, the allowlist lacks it. */
export async function check(layer: Layer, written: Written, subject: Address | Flow): Promise<boolean> {
  const { signature } = await readLayout(layer.prefix, layer.table);
  if (signature !== written.signature) return false;
  const { family } = subject instanceof Flow ? subject.address : subject;
  const keys = written.sets.flatMap((set) => {
    const key = set.family === family ? keyIn(set, subject) : undefined;
    return key === undefined ? [] : [{ set, key }];
  });
  const held = await probe(layer, keys);
  const isIn = (purpose: Purpose) => keys.some(({ set }, index) => set.purpose === purpose && held.has(index));
  return isIn('block') && !isIn('allow');
}

/** Something in one of our sets. The allowlist has no ends. */
export interface Held extends Enforced {
  readonly purpose: Purpose;
}

/** Everything that is in the kernel, also what others have put there. */
export async function readHeld(layer: Layer, now: number, take: (held: Held) => void): Promise<void> {
  const { sets } = await readLayout(layer.prefix, layer.table);
  const ours = sets.filter((name) => parseSetName(name) !== undefined);
  await readElements(layer.prefix, layer.table, ours, ({ set: name, key, leftMs }) => {
    const set = parseSetName(name);
    const target = set === undefined ? undefined : parseKey(set, key);
    if (set === undefined || target === undefined || isCanary(target)) return;
    take({ purpose: set.purpose, target, expiresAt: leftMs === undefined ? undefined : now + leftMs });
  });
}

/** Which of these elements exist, by index. `get element` would fetch the whole set (400 ms at 100,000). */
async function probe({ prefix, table }: Layer, keys: readonly SetKey[]): Promise<ReadonlySet<number>> {
  const input = probeStatements({ table }, keys);
  const { code, stderr } = await run({ prefix, program: 'nft', args: ['-c', '-f', '-'] }, { input });
  if (code === 0) return new Set();
  const complaints = stderr.matchAll(/^[^\s:]+:(\d+):[\d-]+: Error: (.*)$/gm).toArray();
  const held = complaints.filter((match) => match[2]?.includes('File exists'));
  if (held.length === 0 || held.length < complaints.length) throw complaint(stderr);
  return new Set(held.map((match) => probedIndex(Number(match[1]))));
}
