/** What signals, findings and decisions become in the store. */
import { canonicalAor } from '../lib/account.ts';
import { Flow } from '../lib/flow.ts';
import { networkOf, parseTarget, type Target, targetWords } from '../lib/target.ts';
import type { Block, Decision, DisabledAccount } from '../pipeline/decision.ts';
import { type Finding, type Severity, subjectText, toldCampaign } from '../pipeline/finding.ts';
import type { Membership, Outcome } from '../pipeline/pipeline.ts';
import type { Signal } from '../pipeline/signal.ts';
import type { BlockRow, CampaignJoin, DisabledRow, EventRow, ReputationRow, SignalRow } from '../store/store.ts';
import type { Origin } from './origin.ts';

/** The row of a failed registration or a door knock; undefined for other signals. */
export function signalRow(signal: Signal): SignalRow | undefined {
  switch (signal.kind) {
    case 'register.failed':
    case 'request.refused':
    case 'malformed': {
      const { address, from: _from, fromTag: _tag, branch: _branch, detail: _detail, ...fields } = signal;
      return { ...fields, ip: address.text };
    }
    default:
      return undefined;
  }
}

/** The event of a finding, with what was decided about it. @param origin where its subject is, if it is an address */
export function findingEvent({ finding, decision, membership }: Outcome, origin?: Origin): EventRow {
  return {
    identity: finding.identity,
    type: finding.type,
    severity: finding.severity,
    ip: subjectAddress(finding),
    aor: finding.subject.kind === 'aor' ? finding.subject.aor : '',
    description: descriptionOf(finding, decision),
    at: finding.at,
    details: {
      detector: finding.detector,
      count: finding.count,
      decision: { action: decision.action, code: decision.code, seconds: decision.seconds },
      evidence: finding.evidence,
      ...(origin === undefined ? {} : { origin }),
    },
    campaign: campaignOf(finding, membership),
  };
}

/** What was found and decided, in words. Of a campaign nothing is decided: its sources are judged one by one. */
export function descriptionOf({ type, reason }: Finding, decision: Decision): string {
  if (type === 'campaign_detected') return reason;
  const isSaid = decision.action === 'block' || decision.reason.includes(reason);
  return isSaid ? decision.reason : `${reason}; ${decision.reason}`;
}

/** Other findings may have groups as their subject, such as all networks of one provider: those are no campaigns here. */
function campaignOf(finding: Finding, membership: Membership | undefined): string | null {
  return toldCampaign(finding) ?? membership?.campaign ?? null;
}

/** Earlier findings turned out to belong to a campaign: their events do, and those of what was decided about them. */
export function joinsOf({ membership }: Outcome): readonly CampaignJoin[] {
  if (membership === undefined) return [];
  const { campaign, earlier } = membership;
  return earlier.flatMap((finding) =>
    [finding, blockIdentity(finding), disableIdentity(finding), heldIdentity(finding)].map((identity) => ({
      campaign,
      identity,
    })),
  );
}

/** How bad an address is, from 0 to 100, by the last that was found about it. */
const SCORES: Readonly<Record<Severity, number>> = { info: 10, warning: 30, error: 70, critical: 100 };

/** What a finding teaches about its address: one row; none if it is about something else, or an allowlisted address. */
export function reputationRows({ finding, decision }: Outcome, origin: Origin | undefined): ReputationRow[] {
  const { subject, severity, at } = finding;
  if (subject.kind !== 'ip' || decision.action === 'ignore') return [];
  const known = { ip: subject.address.text, country: origin?.country ?? '', score: SCORES[severity], updatedAt: at };
  return [{ ...known, isVpn: false, isProxy: false, isTor: false }];
}

/** The address is kept whole where there is one, so that the event is found by it. */
function subjectAddress({ subject }: Finding): string {
  return subject.kind === 'ip' || subject.kind === 'network' ? subjectText(subject) : '';
}

/** The block that a decision asks for; undefined if it asks for none. */
export function blockOf(decision: Decision): Block | undefined {
  if (decision.action !== 'block' || decision.target === undefined) return undefined;
  return {
    target: decision.target,
    reason: decision.reason,
    blockedAt: decision.at,
    expiresAt: decision.at + decision.seconds * 1000,
    automatic: true,
  };
}

/** The account that a decision disables; undefined if it disables none. */
export function disabledOf(decision: Decision): DisabledAccount | undefined {
  const { action, finding, at, seconds, reason } = decision;
  if (action !== 'block' || finding.subject.kind !== 'aor') return undefined;
  const aor = canonicalAor(finding.subject.aor);
  return { aor, reason, disabledAt: at, expiresAt: at + seconds * 1000, automatic: true };
}

/** Marks, behind the detector's name, what was decided while nothing was enforced. */
export const REHEARSED = ' (dry run)';

export function blockRow(block: Block, by: string): BlockRow {
  return {
    target: block.target.text,
    reason: block.reason,
    blockedAt: block.blockedAt,
    expiresAt: block.expiresAt ?? null,
    automatic: block.automatic,
    by,
  };
}

/** The event that goes with a block, so that the list of events alone tells the story. */
export function blockEvent(block: Block, { finding, membership }: Outcome): EventRow {
  return {
    identity: blockIdentity(finding.identity),
    type: 'ip_blocked',
    severity: 'warning',
    ip: networkOf(block.target).text,
    aor: '',
    description: block.reason,
    at: block.blockedAt,
    details: { cause: finding.identity, expiresAt: block.expiresAt ?? null, ...flowDetails(block.target) },
    campaign: campaignOf(finding, membership),
  };
}

export function disabledRow(account: DisabledAccount, by: string): DisabledRow {
  return { ...account, expiresAt: account.expiresAt ?? null, by };
}

export function disabledEvent(account: DisabledAccount, { finding, membership }: Outcome): EventRow {
  return {
    identity: disableIdentity(finding.identity),
    type: 'account_disabled',
    severity: 'error',
    ip: '',
    aor: account.aor,
    description: account.reason,
    at: account.disabledAt,
    details: { cause: finding.identity, expiresAt: account.expiresAt ?? null },
    campaign: campaignOf(finding, membership),
  };
}

export function enabledEvent(aor: string, at: number, reason: string): EventRow {
  return {
    identity: `enable:${aor}:${at}`,
    type: 'account_enabled',
    severity: 'info',
    ip: '',
    aor,
    description: reason,
    at,
    details: null,
    campaign: null,
  };
}

/** The event of what waits for a person: a block, or something about an account. Undefined if nothing does. */
export function heldEvent({ finding, decision, membership }: Outcome): EventRow | undefined {
  if (decision.action !== 'hold') return undefined;
  const target = decision.target?.text;
  const { subject } = finding;
  return {
    identity: heldIdentity(finding.identity),
    type: 'block_held',
    severity: 'error',
    ip: target ?? '',
    aor: subject.kind === 'aor' ? subject.aor : '',
    description: target === undefined ? decision.reason : `${decision.reason}; to block it: sipward block ${target}`,
    at: decision.at,
    details: { cause: finding.identity, code: decision.code, seconds: decision.seconds },
    campaign: campaignOf(finding, membership),
  };
}

function blockIdentity(finding: string): string {
  return `block:${finding}`;
}

function disableIdentity(finding: string): string {
  return `disable:${finding}`;
}

function heldIdentity(finding: string): string {
  return `held:${finding}`;
}

/** @param campaign what the block was for */
export function unblockEvent(text: string, at: number, reason: string, campaign: string | null = null): EventRow {
  return {
    ...aboutTarget(text, reason),
    identity: `unblock:${text}:${at}`,
    type: 'ip_unblocked',
    severity: 'info',
    aor: '',
    at,
    campaign,
  };
}

/** Events are found by their address, and say of a flow which it is. */
export function aboutTarget(text: string, description: string): Pick<EventRow, 'ip' | 'description' | 'details'> {
  const target = parseTarget(text);
  if (!(target instanceof Flow)) return { ip: text, description, details: null };
  return {
    ip: networkOf(target).text,
    description: `${targetWords(target)}: ${description}`,
    details: flowDetails(target),
  };
}

function flowDetails(target: Target): object {
  return target instanceof Flow ? { port: target.port, protocol: target.protocol } : {};
}
