/** What signals, findings and decisions become in the store. */
import type { Block, Decision } from '../pipeline/decision.ts';
import { type Finding, subjectText } from '../pipeline/finding.ts';
import type { Outcome } from '../pipeline/pipeline.ts';
import type { Signal } from '../pipeline/signal.ts';
import type { BlockRow, EventRow, SignalRow } from '../store/store.ts';

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

/** The event of a finding, with what was decided about it. */
export function findingEvent({ finding, decision }: Outcome): EventRow {
  const done =
    decision.action === 'block' ? decision.reason : `${finding.reason}; ${decision.action}: ${decision.reason}`;
  return {
    identity: finding.identity,
    type: finding.type,
    severity: finding.severity,
    ip: subjectAddress(finding),
    aor: finding.subject.kind === 'aor' ? finding.subject.aor : '',
    description: done,
    at: finding.at,
    details: {
      detector: finding.detector,
      count: finding.count,
      decision: { action: decision.action, code: decision.code, seconds: decision.seconds },
      evidence: finding.evidence,
    },
  };
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

/** Marks, behind the detector's name, a block that was decided while nothing was enforced. */
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
export function blockEvent(block: Block, cause: string): EventRow {
  return {
    identity: `block:${block.target.text}:${block.blockedAt}`,
    type: 'ip_blocked',
    severity: 'warning',
    ip: block.target.text,
    aor: '',
    description: block.reason,
    at: block.blockedAt,
    details: { cause, expiresAt: block.expiresAt ?? null },
  };
}

/** The event of what waits for a person: a block, or something about an account. Undefined if nothing does. */
export function heldEvent({ finding, decision }: Outcome): EventRow | undefined {
  if (decision.action !== 'hold') return undefined;
  const target = decision.target?.text;
  return {
    identity: `held:${finding.identity}`,
    type: 'block_held',
    severity: 'error',
    ip: target ?? '',
    aor: finding.subject.kind === 'aor' ? finding.subject.aor : '',
    description: target === undefined ? decision.reason : `${decision.reason}; to block it: sipward block ${target}`,
    at: decision.at,
    details: { cause: finding.identity, code: decision.code, seconds: decision.seconds },
  };
}

export function unblockEvent(target: string, at: number, reason: string): EventRow {
  return {
    identity: `unblock:${target}:${at}`,
    type: 'ip_unblocked',
    severity: 'info',
    ip: target,
    aor: '',
    description: reason,
    at,
    details: null,
  };
}
