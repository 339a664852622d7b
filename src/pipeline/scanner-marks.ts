/**
 * What scanners leave in their requests. Facts found in the tools themselves; on UDP none proves the address.
 * A mark's weight is how sure it is alone, in per cent. What is cheap to see is asked first: most requests
 * need no pattern at all.
 */
import type { SignalFields } from './signal.ts';
import { decodeSipviciousTag, FIRST_SVCRACK_TAG } from './sipvicious-tag.ts';

/** Where tools leave marks. */
type Request = Pick<SignalFields, 'method' | 'from' | 'fromTag' | 'branch' | 'callId'>;

export interface Mark {
  readonly name: string;
  readonly weight: number;
  readonly matches: (request: Request) => boolean;
}

const HYPHEN = 45;

export const STRUCTURAL_MARKS: readonly Mark[] = [
  {
    // SIPVicious: tag = hex of (target address and port, or account) 0x01 (decimal random).
    name: 'sipvicious-tag',
    weight: 100,
    matches: ({ fromTag }) => decodeSipviciousTag(fromTag) !== undefined,
  },
  { name: 'svcrack-first-tag', weight: 100, matches: ({ fromTag }) => fromTag === FIRST_SVCRACK_TAG },
  { name: 'sipvicious-from', weight: 100, matches: ({ from }) => from.startsWith('"sipvicious"') },
  { name: 'nmap-options', weight: 100, matches: isNmap },
  {
    // SIPPTS: a branch of 71 characters without the magic cookie of RFC 3261 section 8.1.1.7.
    name: 'sippts-branch',
    weight: 60,
    matches: ({ branch }) => branch.length === 71 && !branch.startsWith('z9hG4bK'),
  },
  {
    name: 'decimal-branch',
    weight: 40,
    matches: ({ branch }) => branch.charCodeAt(7) === HYPHEN && /^z9hG4bK-\d{5,10}$/.test(branch),
  },
  {
    name: 'bare-decimal-call-id',
    weight: 30,
    matches: ({ callId }) => isDecimal(callId) && callId.length >= 7 && callId.length <= 25,
  },
  { name: 'hex-call-id', weight: 20, matches: ({ callId }) => callId.length === 32 && /^[0-9a-f]{32}$/.test(callId) },
  {
    name: 'dialler-call-id',
    weight: 30,
    matches: isDiallerCallId,
  },
];

/** How sure all marks of a request are together, in per cent; may exceed 100. */
export function markScore(request: Request): number {
  let score = 0;
  for (const mark of STRUCTURAL_MARKS) {
    if (mark.matches(request)) score += mark.weight;
  }
  return score;
}

function isDecimal(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return false;
  }
  return text !== '';
}

function isDiallerCallId({ callId }: Request): boolean {
  if (callId.charCodeAt(9) !== HYPHEN && callId.charCodeAt(10) !== HYPHEN) return false;
  return /^\d{9,10}-\d{9,10}-\d{9,10}$/.test(callId);
}

function isNmap(request: Request): boolean {
  return (
    request.method === 'OPTIONS' &&
    (request.branch === 'foo' || request.fromTag === 'root') &&
    request.callId === '50000'
  );
}
