import type { Network } from '../lib/network.ts';
import { networkOf, parseTarget, type Target } from '../lib/target.ts';
import { covers } from './allowlist-view.ts';
import { checkWidth } from './network-limits.ts';
import { OperationError } from './operation-error.ts';
import type { Handlers, OperationResult, ParsedInput } from './operations.ts';
import { lift } from './operations-blocks.ts';
import { type OperationsContext, WITHOUT_DAEMON } from './operations-context.ts';

export function allowlistHandlers(
  context: OperationsContext,
): Pick<Handlers, 'allowAdd' | 'allowRemove' | 'allowList'> {
  return {
    allowAdd: (input) => add(context, input),
    allowRemove: (input) => remove(context, input),
    allowList: async () => ({
      entries: await context.store.allowlist(),
      implied: context.implied().map(({ network, description }) => ({ target: network.text, description })),
    }),
  };
}

async function add(context: OperationsContext, input: ParsedInput<'allowAdd'>): Promise<OperationResult<'allowAdd'>> {
  const { store, engine, daemon, clock } = context;
  // All or nothing: every entry is checked before the first is written.
  for (const [index, { address }] of input.entries.entries()) {
    checkWidth(address, input.force, `entries[${index}].address`);
  }
  const at = clock();
  const added: string[] = [];
  const updated: string[] = [];
  for (const { address, description } of input.entries) {
    const isNew = await store.allow({ target: address.text, description, createdAt: at, createdBy: input.by });
    (isNew ? added : updated).push(address.text);
  }
  const layers = await engine.allowlistChanged();
  await engine.recorded();
  const { inside, around } = await blocksOf(
    context,
    input.entries.map(({ address }) => address),
    at,
  );
  const reason = 'put on the allowlist';
  const ended =
    inside.length === 0 ? { lifted: [], layers: [] } : await lift(context, inside, at, { reason, by: input.by });
  const notes = around.map((target) => `The block of ${target} goes on for the rest of that network.`);
  if (!daemon) notes.push(WITHOUT_DAEMON);
  return { daemon, added, updated, lifted: ended.lifted, layers: [...layers, ...ended.layers], notes };
}

/** Active blocks wholly inside one of `networks`, and those that hold one of them and more. */
async function blocksOf(context: OperationsContext, networks: readonly Network[], at: number) {
  const inside: Target[] = [];
  const around: string[] = [];
  const texts = networks.map(({ text }) => text);
  for (const row of await context.store.activeBlocksOn(texts, at)) {
    const target = parseTarget(row.target);
    if (target === undefined) continue;
    if (networks.some((network) => covers(network, networkOf(target)))) inside.push(target);
    else around.push(target.text);
  }
  return { inside, around };
}

async function remove(
  context: OperationsContext,
  { address }: ParsedInput<'allowRemove'>,
): Promise<OperationResult<'allowRemove'>> {
  const { store, engine, daemon } = context;
  if (!(await store.disallow(address.text))) {
    const implied = context.implied().find(({ network }) => covers(network, address));
    const message =
      implied === undefined
        ? `${address.text} is not on the allowlist (entries are removed exactly as they were added)`
        : `${address.text} is never blocked because it is ${implied.description}; no entry to remove`;
    throw new OperationError('not-found', [{ field: 'address', message }]);
  }
  const layers = await engine.allowlistChanged();
  return { daemon, removed: address.text, layers, notes: daemon ? [] : [WITHOUT_DAEMON] };
}
