/** The text that nft reads. Nothing in it comes from SIP: addresses and numbers in canonical form, and our own names. */
import type { Network } from '../../lib/network.ts';
import type { Target } from '../../lib/target.ts';
import type { Enforced } from '../enforcer.ts';
import { type AddressSet, canaryOf, keyOf, maskText, setOf } from './address-sets.ts';
import type { NftablesConfig } from './config.ts';

type Layer = Pick<NftablesConfig, 'table' | 'priority' | 'ports'>;

const DAY_MS = 86_400_000;
/** Those of `allowStatements` that are there whatever is allowed. */
const VERDICT_RULES = 2;
/** Longer than a life; nft takes no number above 32 bits. */
const MAX_TIMEOUT_DAYS = 36_500;

export interface AllowPart {
  /** Those of the allowlist. */
  readonly sets: readonly AddressSet[];
  /** Names of sets that are there and not wanted. */
  readonly stale: readonly string[];
  readonly allowlist: readonly Network[];
}

export interface WholeLayer extends AllowPart {
  /** Those of the blocks. */
  readonly blockSets: readonly AddressSet[];
  /** Undefined: those that are there stay as they are. */
  readonly blocks: readonly Enforced[] | undefined;
  readonly now: number;
}

/** The whole layer as one transaction, which also fits what of it is there already and leaves no moment without it. */
export function wholeStatements(layer: Layer, whole: WholeLayer): string {
  const { table } = layer;
  return [
    `add table inet ${table}`,
    `add counter inet ${table} dropped`,
    ...whole.blockSets.map((set) => addSet(layer, set)),
    `add chain inet ${table} verdict`,
    `add chain inet ${table} prerouting { type filter hook prerouting priority ${layer.priority}; policy accept; }`,
    `flush chain inet ${table} prerouting`,
    allowStatements(layer, whole),
    ...portRules(layer),
    ...whole.blockSets.map((set) => addRule(layer, set)),
    ...blockElements(layer, whole),
    '',
  ].join('\n');
}

/** The same, whatever was there under the name of our table. */
export function replaceStatements(layer: Layer, whole: WholeLayer): string {
  const { table } = layer;
  const removed = [`add table inet ${table}`, `delete table inet ${table}`];
  return [...removed, wholeStatements(layer, { ...whole, stale: [] })].join('\n');
}

/**
 * Replaces the allowlist at once. It is asked only about packets of blocked sources: the outcome is as if it came
 * first, and the packets of all others need fewer look-ups. Neighbour discovery (RFC 4861) passes: without it a block
 * of our own link's prefix would cut off the router.
 */
export function allowStatements(layer: Layer, { sets, stale, allowlist }: AllowPart): string {
  const { table } = layer;
  const keys = new Map(sets.map((set) => [set.name, new Set([canaryOf(set)])]));
  for (const network of allowlist) keys.get(setOf('allow', network).name)?.add(keyOf(network));
  return [
    `flush chain inet ${table} verdict`,
    ...stale.map((name) => `delete set inet ${table} ${name}`),
    ...sets.map((set) => addSet(layer, set)),
    ...sets.map((set) => addRule(layer, set)),
    `add rule inet ${table} verdict icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept`,
    `add rule inet ${table} verdict counter name dropped drop`,
    ...sets.map((set) => `flush set inet ${table} ${set.name}`),
    ...sets.map((set) => addElements(layer, set, [...(keys.get(set.name) ?? [])])),
    '',
  ].join('\n');
}

function blockElements(layer: Layer, whole: WholeLayer): string[] {
  if (whole.blocks === undefined) return whole.blockSets.map((set) => canaryLine(layer, set));
  const blocks = Map.groupBy(whole.blocks, (block) => setOf('block', block.target).name);
  return whole.blockSets.flatMap((set) => {
    const elements = (blocks.get(set.name) ?? []).map((block) => element(block, whole.now));
    return [`flush set inet ${layer.table} ${set.name}`, addElements(layer, set, [canaryOf(set), ...elements])];
  });
}

/** Room for blocks of a prefix length, or flows, that were not in use so far. */
export function newSetStatements(layer: Layer, set: AddressSet): string {
  return [addSet(layer, set), addRule(layer, set), canaryLine(layer, set), ''].join('\n');
}

/** Adds what is there already. */
export function canaryLine(layer: Layer, set: AddressSet): string {
  return addElements(layer, set, [canaryOf(set)]);
}

/** What shall become of one target. */
export interface Change {
  readonly target: Target;
  /** Undefined: lifted. */
  readonly block: Enforced | undefined;
}

/**
 * Makes it so, whatever was there, in one line, which is one transaction. Older kernels (before 6.12) leave the time
 * of an element alone that is added again, newer ones change it; deleting needs one that is there. So: add, delete,
 * add with the wanted time.
 */
export function changeLine({ table }: Layer, set: AddressSet, changes: readonly Change[], now: number): string {
  const keys = changes.map((change) => keyOf(change.target)).join(', ');
  const wanted = changes.flatMap((change) => (change.block ? [element(change.block, now)] : []));
  const where = `element inet ${table} ${set.name}`;
  const cleared = `add ${where} { ${keys} }; delete ${where} { ${keys} }`;
  return wanted.length === 0 ? cleared : `${cleared}; add ${where} { ${wanted.join(', ')} }`;
}

/**
 * Asks whether each of these is there, two lines for each: `create` complains about what is, and with `nft -c` nothing
 * changes. The second line is without effect: nft 1.1 makes one command of adjacent ones for the same set, and of one
 * command only the first complaint is told.
 */
export function probeStatements({ table }: Pick<Layer, 'table'>, keys: readonly SetKey[]): string {
  return keys
    .map(({ set, key }) => `create element inet ${table} ${set.name} { ${key} }\nadd table inet ${table}\n`)
    .join('');
}

/** Which of the keys the complaint at a line (from 1) is about. */
export function probedIndex(line: number): number {
  return (line - 1) / 2;
}

export interface SetKey {
  readonly set: AddressSet;
  readonly key: string;
}

function addElements({ table }: Layer, set: AddressSet, elements: readonly string[]): string {
  return `add element inet ${table} ${set.name} { ${elements.join(', ')} }`;
}

function addSet({ table }: Layer, { name, family, length }: AddressSet): string {
  const type = `ipv${family}_addr${length === 'flows' ? ' . inet_proto . inet_service' : ''}`;
  return `add set inet ${table} ${name} { type ${type}; flags timeout; }`;
}

/** What of a packet is looked up. */
function packetKey({ family, length }: AddressSet): string {
  const source = `ip${family === 4 ? '' : '6'} saddr`;
  if (length === 'flows') return `${source} . meta l4proto . th sport`;
  return length === (family === 4 ? 32 : 128) ? source : `${source} & ${maskText(family, length)}`;
}

function addRule({ table }: Layer, set: AddressSet): string {
  const key = packetKey(set);
  return set.purpose === 'block'
    ? `add rule inet ${table} prerouting ${key} @${set.name} goto verdict`
    : `add rule inet ${table} verdict ${key} @${set.name} accept`;
}

/** How many rules there are when all of these sets are in place. */
export function ruleCount(layer: Layer, sets: readonly AddressSet[]): number {
  return portRules(layer).length + sets.length + VERDICT_RULES;
}

function portRules({ table, ports }: Layer): string[] {
  if (ports.length === 0) return [];
  const rule = (text: string) => `add rule inet ${table} prerouting ${text}`;
  return [
    rule('meta l4proto != { tcp, udp, sctp } accept'),
    rule(`th dport != { ${[...new Set(ports)].join(', ')} } accept`),
  ];
}

function element(block: Enforced, now: number): string {
  const key = keyOf(block.target);
  return block.expiresAt === undefined ? key : `${key} timeout ${timeoutText(block.expiresAt - now)}`;
}

/** nft refuses more than 32 bits of any unit ("value too large"), so days and seconds are split off. */
export function timeoutText(ms: number): string {
  const whole = Math.min(Math.max(1, Math.ceil(ms)), MAX_TIMEOUT_DAYS * DAY_MS);
  return `${Math.floor(whole / DAY_MS)}d${Math.floor((whole % DAY_MS) / 1000)}s${whole % 1000}ms`;
}
