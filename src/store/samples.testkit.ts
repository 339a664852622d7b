/** Rows for tests: everything unsaid has a plain default. */
import type { BlockRow, Commit, EventRow, SignalRow } from './store.ts';

export const NOW = Date.UTC(2026, 0, 15, 12, 34, 56, 789);
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export function signalRow(sketch: Partial<SignalRow> = {}): SignalRow {
  return {
    kind: 'register.failed',
    at: NOW,
    ip: '203.0.113.7',
    port: 5071,
    transport: 'udp',
    proven: 'no',
    sensor: 'edge',
    method: 'REGISTER',
    status: 401,
    reason: 'Unauthorized',
    user: '1001',
    domain: 'example.com',
    requestUri: 'sip:example.com',
    userAgent: 'friendly-scanner',
    callId: '3848276298220188511',
    expires: 120,
    count: 1,
    ...sketch,
  };
}

export function doorKnock(sketch: Partial<SignalRow> = {}): SignalRow {
  return signalRow({ kind: 'request.refused', method: 'INVITE', status: 0, reason: 'domain_not_found', ...sketch });
}

export function eventRow(identity: string, sketch: Partial<EventRow> = {}): EventRow {
  return {
    identity,
    type: 'brute_force_detected',
    severity: 'error',
    ip: '203.0.113.7',
    aor: '',
    description: '10 failed registrations in 5 minutes',
    at: NOW,
    details: { count: 10 },
    ...sketch,
  };
}

export function blockRow(target: string, sketch: Partial<BlockRow> = {}): BlockRow {
  return {
    target,
    reason: 'brute force',
    blockedAt: NOW,
    expiresAt: NOW + HOUR_MS,
    automatic: true,
    by: 'brute-force',
    ...sketch,
  };
}

export function commitOf(sketch: Partial<Commit> = {}): Commit {
  return { source: 'edge', position: 0, signals: [], events: [], blocks: [], ...sketch };
}
