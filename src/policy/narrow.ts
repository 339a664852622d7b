import { formatDuration } from '../lib/duration.ts';
import { type Target, targetWords } from '../lib/target.ts';
import type { Finding } from '../pipeline/finding.ts';
import { blastRadius, blastRadiusText } from './blast-radius.ts';
import { type Client, MAX_ACCOUNTS, MAX_CALLS } from './client.ts';
import { KEEP_MS } from './failing-accounts.ts';
import type { FailingFlow } from './failing-flows.ts';
import { DEVICE_LIKE } from './known-good.ts';

/** The flow to block; that it is blocked already, or was and is quiet since; or why none can be, in words. */
export type Choice =
  | { readonly kind: 'flow'; readonly flow: FailingFlow }
  | { readonly kind: 'blocked' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'none'; readonly why: string };

export interface ChoiceOptions {
  /** So many ports may attack within an hour; above, blocking them is no help. */
  readonly maxPorts: number;
  readonly isBlocked: (target: Target, at: number) => boolean;
}

/**
 * Which flow an attack from behind a known-good address comes in. One that carries a live registration or call is never
 * chosen: a socket that serves somebody and attacks is a PBX or proxy with others behind it, or an account that a person
 * has to look at; and NAT may have given the port to a phone since.
 */
export function chooseFlow(finding: Finding, client: Client, { maxPorts, isBlocked }: ChoiceOptions): Choice {
  const { at } = finding;
  const attacking = client.failingFlows?.attacking(at) ?? [];
  const suspects = DEVICE_LIKE.includes(finding.type) ? attacking : latest(client, at);
  // What failed when the block was in force already is dealt with.
  const [worst] = suspects.filter(({ flow, lastAt }) => !isBlocked(flow, lastAt));
  if (worst === undefined) {
    if (suspects.some(({ flow }) => isBlocked(flow, at))) return { kind: 'blocked' };
    const isKnown = latest(client, at).length > 0;
    return suspects.length > 0 && isKnown ? { kind: 'stopped' } : none('the port that it comes from is not known');
  }
  if (attacking.length > maxPorts) {
    const span = formatDuration(KEEP_MS);
    return none(`it comes from ${attacking.length} ports within ${span}, so blocking ports does not stop it`);
  }
  if (client.accounts.size >= MAX_ACCOUNTS || client.calls.size >= MAX_CALLS) {
    return none('more is registered or called there than is remembered, so any port may be in use');
  }
  const radius = blastRadius([client], at, worst.key);
  if (radius.registrations + radius.calls > 0) {
    return none(`it comes from ${targetWords(worst.flow)}, which carries ${blastRadiusText(radius)}`);
  }
  return { kind: 'flow', flow: worst };
}

/** The flow of the very request that led to the finding. */
function latest({ failingFlows }: Client, at: number): readonly FailingFlow[] {
  const one = failingFlows?.latest;
  return one === undefined || one.lastAt !== at ? [] : [one];
}

function none(why: string): Choice {
  return { kind: 'none', why };
}
