import { formatDuration } from '../lib/duration.ts';
import { Flow } from '../lib/flow.ts';
import { Network } from '../lib/network.ts';
import { networkOf, parseTarget, type Target, targetWords } from '../lib/target.ts';
import { LIFTED_FOR_MS } from '../policy/offenders.ts';
import type { StoredBlock } from '../store/store.ts';
import { AllowlistView, covers, matchText } from './allowlist-view.ts';
import { checkWidth } from './network-limits.ts';
import { OperationError } from './operation-error.ts';
import type { Handlers, OperationResult, ParsedInput } from './operations.ts';
import { actionEvent, type OperationsContext, reachNotes, WITHOUT_DAEMON } from './operations-context.ts';

export function blockHandlers(context: OperationsContext): Pick<Handlers, 'block' | 'unblock' | 'blocks'> {
  return {
    block: (input) => block(context, input),
    unblock: (input) => unblock(context, input),
    blocks: async ({ after, limit, first }) => {
      const blocks = await context.store.activeBlocks(context.clock(), after, limit, first);
      return { blocks, more: blocks.length === limit };
    },
  };
}

async function block(context: OperationsContext, input: ParsedInput<'block'>): Promise<OperationResult<'block'>> {
  const { store, engine, daemon, clock } = context;
  const target = counted(input.address);
  const notes = target === input.address ? [] : [`IPv6 is counted and blocked per /64: this blocks ${target.text}.`];
  checkWidth(networkOf(target), input.force, 'address');
  refuseImpossible(context, target);
  const allowed = await AllowlistView.read(context);
  refuseAllowed(networkOf(input.address), networkOf(target), allowed);
  for (const entry of allowed.inside(networkOf(target)))
    notes.push(`${matchText(entry)} is on the allowlist and stays open.`);

  const blockedAt = clock();
  const expiresAt = input.for === null ? null : blockedAt + input.for;
  const present = await activeBlock(context, target, blockedAt);
  if (present !== undefined && lastsAsLong(present, expiresAt)) {
    notes.push('A block that lasts at least as long is in force already; to shorten it, unblock first.');
    return {
      daemon,
      target: target.text,
      blockedAt: present.blockedAt,
      expiresAt: present.expiresAt,
      changed: false,
      layers: [],
      notes,
    };
  }
  const { reason, by } = input;
  // Enforced first, written second: a slow or full disk must not delay a block.
  const layers = await engine.applyBlocks([
    { target, reason, blockedAt, expiresAt: expiresAt ?? undefined, automatic: false },
  ]);
  try {
    await store.addBlocks([{ target: target.text, reason, blockedAt, expiresAt, automatic: false, by }]);
    await store.addEvents([actionEvent('ip_blocked', target.text, blockedAt, `Blocked by ${by}: ${reason}`, by)]);
  } catch (error) {
    if (!daemon) throw error;
    // It works, and that is what was asked for: only a restart would forget it.
    const message = error instanceof Error ? error.message : String(error);
    notes.push(`In force, but not recorded, so a restart of sipward forgets it: ${message}`);
  }
  notes.push(...reachNotes(context));
  return { daemon, target: target.text, blockedAt, expiresAt, changed: true, layers, notes };
}

/** An IPv6 address stands for its /64, which is one subscriber's (RFC 6177). */
function counted(target: Target): Target {
  if (target instanceof Flow || target.family === 4 || !target.isSingle) return target;
  return Network.counted(target.base);
}

/** Never a wide block in place of a narrow one. */
function refuseImpossible({ engine }: OperationsContext, target: Target): void {
  if (engine.blocksFlows || !(target instanceof Flow)) return;
  const message = `${targetWords(target)} cannot be blocked: no enforcer in use can keep a single port out`;
  throw new OperationError('refused', [{ field: 'address', message }]);
}

/** The allowlist always wins: what it holds whole cannot be blocked, and neither can the very address that was named. */
function refuseAllowed(named: Network, target: Network, allowed: AllowlistView): void {
  const [entry] = [...allowed.covering(named), ...allowed.covering(target)];
  if (entry === undefined) return;
  const message = `${named.text} is never blocked: the allowlist holds ${matchText(entry)}`;
  throw new OperationError('refused', [{ field: 'address', message }]);
}

async function activeBlock(context: OperationsContext, target: Target, at: number): Promise<StoredBlock | undefined> {
  const rows = await context.store.activeBlocksOn([target.text], at);
  return rows.find((row) => row.target === target.text);
}

function lastsAsLong(present: StoredBlock, expiresAt: number | null): boolean {
  return present.expiresAt === null || (expiresAt !== null && present.expiresAt >= expiresAt);
}

/** Lifts every block inside the named address or network, single flows too, or of the named flow, from every layer. */
async function unblock(context: OperationsContext, input: ParsedInput<'unblock'>): Promise<OperationResult<'unblock'>> {
  const { daemon, clock } = context;
  const named = counted(input.address);
  const at = clock();
  await context.engine.recorded();
  const inside: Target[] = [];
  const around: string[] = [];
  for (const row of await context.store.activeBlocksOn([named.text], at)) {
    const target = parseTarget(row.target);
    if (target === undefined) continue;
    if (isInside(target, named)) inside.push(target);
    else if (target instanceof Network && covers(target, networkOf(named))) around.push(target.text);
  }
  // Layers are told even if the store knows no block: one command lifts it everywhere.
  const lifted = await lift(context, inside.length === 0 ? [named] : inside, at, input);
  const notes = around.map(
    (network) =>
      `${targetWords(input.address)} is still kept out by the block of ${network}: unblock that network, or put the address on the allowlist.`,
  );
  if (lifted.lifted.length > 0) notes.push(daemon ? againNote(named) : WITHOUT_DAEMON);
  return { daemon, ...lifted, notes };
}

function isInside(target: Target, named: Target): boolean {
  return named instanceof Flow ? target.text === named.text : covers(named, networkOf(target));
}

function againNote(named: Target): string {
  const { text } = networkOf(named);
  const from = formatDuration(LIFTED_FOR_MS);
  return `If the attack goes on, it is blocked again, ${from} from now at the earliest; to prevent that: sipward allow add ${text}`;
}

/** Ends blocks in the layers and in the store, and records it. */
export async function lift(
  context: OperationsContext,
  targets: readonly Target[],
  at: number,
  { reason, by }: { readonly reason: string; readonly by: string },
): Promise<Pick<OperationResult<'unblock'>, 'lifted' | 'layers'>> {
  const layers = await context.engine.liftBlocks(targets);
  const texts = targets.map((target) => target.text);
  const lifted = await context.store.endBlocks(texts, at, reason);
  await context.store.addEvents(
    lifted.map((row) => actionEvent('ip_unblocked', row.target, at, `Lifted by ${by}: ${reason}`, by)),
  );
  return { lifted, layers };
}
