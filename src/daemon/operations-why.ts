import { canonicalAor, withoutScheme } from '../lib/account.ts';
import { networkProblem } from '../lib/config-values.ts';
import { countText } from '../lib/count-text.ts';
import { Flow } from '../lib/flow.ts';
import { Network } from '../lib/network.ts';
import { networkOf, parseTarget, targetWords, wordsOf } from '../lib/target.ts';
import type { Dossier, Store, StoredBlock, StoredCampaign, StoredDisabled } from '../store/store.ts';
import { AllowlistView, type AllowMatch, covers, matchText } from './allowlist-view.ts';
import { OperationError } from './operation-error.ts';
import type { Handlers, OperationResult, ParsedInput } from './operations.ts';
import { NO_LAYER } from './operations-accounts.ts';
import { type OperationsContext, reachNotes } from './operations-context.ts';
import { originOfAddress } from './origin.ts';

export function whyHandlers(context: OperationsContext): Pick<Handlers, 'why'> {
  return { why: (input) => why(context, input) };
}

async function why(context: OperationsContext, input: ParsedInput<'why'>): Promise<OperationResult<'why'>> {
  const target = parseTarget(input.subject);
  if (target !== undefined) return whyAddress(context, networkOf(target), input.limit);
  if (looksLikeAddress(input.subject) || /^@|@$/.test(input.subject)) {
    const problem = networkProblem(input.subject);
    const isAlmost = problem.startsWith('expected a network without host bits');
    const expected = isAlmost ? problem : 'expected an IP address, a network or an account';
    const message = `${expected}, got "${input.subject}"`;
    throw new OperationError('invalid', [{ field: 'subject', message }]);
  }
  return whyAccount(context, withoutScheme(input.subject), input.limit);
}

/** Digits and dots, with a port or a protocol or without, or two colons and no `@`: a mistyped address, nobody's account. */
function looksLikeAddress(text: string): boolean {
  return /^(?:[a-z]+:)?[\d./]*\.[\d./]*(?::\d*)?$/i.test(text) || /^[^:@]*:[^:@]*:[^@]*$/.test(text);
}

async function whyAddress(
  context: OperationsContext,
  network: Network,
  limit: number,
): Promise<OperationResult<'why'>> {
  const { store, engine, daemon, clock } = context;
  const onIt = await store.activeBlocksOn([network.text], clock());
  const blocks = onIt.filter(({ target }) => isCovered(network, target));
  const ports = onIt.filter(({ target }) => isFlowOf(network, target));
  const allowlist = (await AllowlistView.read(context)).covering(network);
  const layers = await engine.check(network.base);
  const [known] = await store.reputations([network.text]);
  const verdict = allowlist.length > 0 ? 'allowlisted' : blocks.length > 0 ? 'blocked' : 'not-blocked';
  const history = await store.dossier({ ip: network.text }, limit);
  const stored = { layer: 'store', blocked: blocks.length > 0, error: null };
  return {
    daemon,
    subject: { ip: network.text },
    verdict,
    origin: originOfAddress(network.base, await context.geography()),
    score: known?.score ?? null,
    answer: answerText(network.text, allowlist, blocks, ports),
    blocks,
    ports,
    disabled: null,
    allowlist,
    layers: [stored, ...layers],
    campaigns: await campaignsIn(store, history),
    history,
    notes: [
      ...disagreement(verdict, layers),
      ...(await portNotes(context, ports)),
      ...insideNotes(network, onIt.length - blocks.length - ports.length),
      ...(blocks.length + ports.length > 0 && allowlist.length === 0 ? reachNotes(context) : []),
    ],
  };
}

/** The campaigns of the events shown. */
function campaignsIn(store: Store, { events }: Dossier): Promise<readonly StoredCampaign[]> {
  return store.campaigns({ ids: [...new Set(events.flatMap(({ campaign }) => campaign ?? []))] });
}

/** Blocks of a part of what was asked about. */
function insideNotes(network: Network, count: number): readonly string[] {
  return count === 0
    ? []
    : [`${countText(count, 'block is', 'blocks are')} in force inside ${network.text}: see sipward blocks.`];
}

/** Layers that let a blocked port in, against the store. */
async function portNotes({ engine }: OperationsContext, ports: readonly StoredBlock[]): Promise<readonly string[]> {
  const flows = ports.flatMap(({ target }) => Flow.parse(target) ?? []);
  const checked = await Promise.all(flows.map(async (flow) => ({ flow, layers: await engine.check(flow) })));
  return checked.flatMap(({ flow, layers }) =>
    layers
      .filter(({ blocked }) => blocked === false)
      .map(({ layer }) => `${layer} lets ${targetWords(flow)} in, against the store.`),
  );
}

function isFlowOf(network: Network, target: string): boolean {
  const flow = Flow.parse(target);
  return flow !== undefined && network.isSingle && network.contains(flow.address);
}

function isCovered(network: Network, target: string): boolean {
  const outer = Network.parse(target);
  return outer !== undefined && covers(outer, network);
}

function answerText(
  ip: string,
  allowlist: readonly AllowMatch[],
  blocks: readonly StoredBlock[],
  ports: readonly StoredBlock[],
): string {
  const [entry] = allowlist;
  if (entry !== undefined) return `${ip} is never blocked: the allowlist holds ${matchText(entry)}.`;
  const [block] = blocks;
  if (block === undefined)
    return ports.length === 0 ? `${ip} is not blocked.` : `${ip} is let in, but for ${portsText(ports)}`;
  const what = block.target === ip ? ip : `${ip} (as part of ${block.target})`;
  return `${what} is blocked by ${block.by}: ${block.reason}`;
}

/** `UDP port 5071 of 203.0.113.7, which is blocked by brute-force: …` */
function portsText(ports: readonly StoredBlock[]): string {
  return ports
    .map(({ target, by, reason }) => `${wordsOf(target)}, which is blocked by ${by}: ${reason}`)
    .join('; and ');
}

/** Layers that do otherwise than the store says; the daemon mends them at its next reconciliation. */
function disagreement(verdict: string, layers: OperationResult<'why'>['layers']): string[] {
  const wanted = verdict === 'blocked';
  return layers
    .filter(({ blocked }) => blocked !== null && blocked !== wanted)
    .map(({ layer, blocked }) => `${layer} ${blocked ? 'still keeps it out' : 'lets it in'}, against the store.`);
}

/** Accounts are not blocked by address: they are disabled, and what else is known of them is who tried them. */
async function whyAccount(context: OperationsContext, text: string, limit: number): Promise<OperationResult<'why'>> {
  const { store, engine, daemon, clock } = context;
  const aor = canonicalAor(text);
  const history = await store.dossier({ aor: text }, limit);
  const disabled = await store.disabledAccount(aor, clock());
  const layers = await engine.checkAccount(aor);
  const isExempt = context.exemptsAccount(aor);
  const wanted = disabled !== null;
  return {
    daemon,
    subject: { aor: text },
    verdict: wanted ? 'disabled' : isExempt ? 'allowlisted' : 'not-blocked',
    origin: null,
    score: null,
    answer: `${accountText(text, disabled, isExempt)}; ${triedText(history.failures)}.`,
    blocks: [],
    ports: [],
    disabled,
    allowlist: isExempt ? [{ target: aor, description: 'policy.accounts.allowlist in the configuration' }] : [],
    layers: [{ layer: 'store', blocked: wanted, error: null }, ...layers],
    campaigns: await campaignsIn(store, history),
    history,
    notes: [
      ...layers
        .filter(({ blocked }) => blocked !== null && blocked !== wanted)
        .map(
          ({ layer, blocked }) =>
            `${layer} ${blocked ? 'still keeps it from calling' : 'lets it call'}, against the store.`,
        ),
      ...(wanted ? reachNotes(context) : []),
      ...(wanted && daemon && layers.length === 0 ? [NO_LAYER] : []),
    ],
  };
}

function accountText(aor: string, disabled: StoredDisabled | null, isExempt: boolean): string {
  if (disabled !== null) return `The account ${aor} is disabled by ${disabled.by}: ${disabled.reason}`;
  return isExempt
    ? `The account ${aor} is never disabled: the allowlist holds it`
    : `The account ${aor} is not disabled`;
}

function triedText(failures: number): string {
  return failures === 0
    ? 'no failed registration is recorded'
    : `${countText(failures, 'failed registration is', 'failed registrations are')} recorded`;
}
