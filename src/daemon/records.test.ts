import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, signal } from '../../test/support/signals.ts';
import { Address } from '../lib/address.ts';
import { Network } from '../lib/network.ts';
import type { Decision } from '../pipeline/decision.ts';
import type { Finding, Subject } from '../pipeline/finding.ts';
import { SIGNAL_KINDS } from '../pipeline/signal.ts';
import {
  blockEvent,
  blockOf,
  blockRow,
  disabledEvent,
  disabledOf,
  disabledRow,
  enabledEvent,
  findingEvent,
  heldEvent,
  joinsOf,
  reputationRows,
  signalRow,
  unblockEvent,
} from './records.ts';
import { warmUpSignal } from './warm-up.ts';

const address = Address.parse('2001:db8::7') ?? assert.fail();
const finding = (subject: Subject = { kind: 'ip', address }): Finding => ({
  type: 'brute_force_detected',
  detector: 'brute-force',
  severity: 'error',
  subject,
  at: NOW,
  count: 5,
  reason: '5 failures',
  evidence: { firstAt: NOW - 9, lastAt: NOW, proven: 'yes', samples: {} },
  identity: 'id',
});
const decision = (changes: Partial<Decision> = {}): Decision => ({
  action: 'block',
  target: Network.counted(address),
  at: NOW,
  seconds: 3600,
  code: 'threshold',
  reason: 'blocked for 1h: 5 failures',
  finding: finding(),
  repeated: false,
  ...changes,
});

test('failed registrations and door knocks become rows, other signals none', () => {
  const kinds = SIGNAL_KINDS.filter((kind) => signalRow(signal({ kind })) !== undefined);
  assert.deepEqual(kinds, ['register.failed', 'request.refused', 'malformed']);
});

test('a row is plain data with the whole address, and becomes the signal again that detectors saw', () => {
  const one = signal({ ip: '2001:DB8:0::9', proven: 'yes', userAgent: 'x', count: 3, fromTag: 'a' });
  const row = signalRow(one) ?? assert.fail();
  assert.equal(row.ip, '2001:db8::9');
  assert.deepEqual(structuredClone(row), row);
  const again = warmUpSignal(row);
  assert.deepEqual(
    [again.address.text, again.count, again.proven, again.userAgent, again.fromTag],
    ['2001:db8::9', 3, 'yes', 'x', ''],
  );
});

describe('the event of a finding', () => {
  test('says what was decided', () => {
    const event = findingEvent({ finding: finding(), decision: decision() });
    assert.deepEqual(
      [event.ip, event.description, event.identity, event.at],
      ['2001:db8::7', 'blocked for 1h: 5 failures', 'id', NOW],
    );
    const ignored = decision({ action: 'ignore', code: 'allowlisted', reason: 'allowlisted: trunk' });
    assert.equal(findingEvent({ finding: finding(), decision: ignored }).description, '5 failures; allowlisted: trunk');
    const held = decision({ action: 'hold', reason: 'held, a person decides about the account: 5 failures' });
    assert.equal(findingEvent({ finding: finding(), decision: held }).description, held.reason, 'not twice');
  });
  test('of an account names the account', () => {
    const event = findingEvent({ finding: finding({ kind: 'aor', aor: '100@example.com' }), decision: decision() });
    assert.deepEqual([event.ip, event.aor], ['', '100@example.com']);
  });
});

test('a finding about an address teaches what it is: one row, unless it is allowlisted', () => {
  const origin = { country: 'NL', asn: 64500, network: null };
  assert.deepEqual(findingEvent({ finding: finding(), decision: decision() }, origin).details, {
    ...(findingEvent({ finding: finding(), decision: decision() }).details as object),
    origin,
  });
  const flags = { isVpn: false, isProxy: false, isTor: false };
  assert.deepEqual(reputationRows({ finding: finding(), decision: decision() }, origin), [
    { ip: '2001:db8::7', country: 'NL', score: 70, updatedAt: NOW, ...flags },
  ]);
  assert.equal(reputationRows({ finding: finding(), decision: decision() }, undefined)[0]?.country, '');
  assert.deepEqual(reputationRows({ finding: finding(), decision: decision({ action: 'ignore' }) }, origin), []);
  const about = finding({ kind: 'aor', aor: '100@example.com' });
  assert.deepEqual(reputationRows({ finding: about, decision: decision() }, undefined), []);
});

test('only a decision to block gives a block', () => {
  const block = blockOf(decision()) ?? assert.fail();
  assert.deepEqual([block.target.text, block.blockedAt, block.expiresAt], ['2001:db8::/64', NOW, NOW + 3_600_000]);
  assert.equal(blockOf(decision({ action: 'hold' })), undefined);
  assert.equal(blockOf(decision({ target: undefined })), undefined);
  assert.deepEqual(blockRow(block, 'brute-force').by, 'brute-force');
  assert.equal(blockRow({ ...block, expiresAt: undefined }, 'x').expiresAt, null);
});

test('blocks and their ends are events of their own, the same when written twice', () => {
  const block = blockOf(decision()) ?? assert.fail();
  const event = () => blockEvent(block, { finding: finding(), decision: decision() });
  assert.equal(event().identity, event().identity);
  assert.deepEqual([event().type, unblockEvent('192.0.2.1', NOW, 'over').type], ['ip_blocked', 'ip_unblocked']);
});

describe('a campaign', () => {
  const membership = { campaign: 'c-7f3k2p', earlier: ['a', 'b'] };

  test('is named by the events of its findings, and by those of what was decided about them', () => {
    const outcome = { finding: finding(), decision: decision({ action: 'hold' }), membership };
    const block = blockOf(decision()) ?? assert.fail();
    const named = [findingEvent(outcome), heldEvent(outcome), blockEvent(block, outcome)];
    assert.deepEqual(
      named.map((event) => event?.campaign),
      ['c-7f3k2p', 'c-7f3k2p', 'c-7f3k2p'],
    );
    assert.equal(unblockEvent('192.0.2.1', NOW, 'over', 'c-7f3k2p').campaign, 'c-7f3k2p');
    assert.equal(findingEvent({ finding: finding(), decision: decision() }).campaign, null);
  });

  test('is named by what is told of itself', () => {
    const news = { ...finding({ kind: 'campaign', campaign: 'c-7f3k2p' }), type: 'campaign_detected' } as const;
    const event = findingEvent({ finding: news, decision: decision({ action: 'watch', target: undefined }) });
    assert.deepEqual([event.ip, event.aor, event.campaign, event.description], ['', '', 'c-7f3k2p', news.reason]);
    // Else its event would be folded into a campaign that nobody told of.
    const provider = finding({ kind: 'campaign', campaign: 'AS64500' });
    assert.equal(findingEvent({ finding: provider, decision: decision({ action: 'watch' }) }).campaign, null);
  });

  test('gets the events of earlier findings, by the identities that they were written with', () => {
    const earlier = { finding: finding(), decision: decision() };
    const block = blockOf(earlier.decision) ?? assert.fail();
    const held = { ...earlier, decision: decision({ action: 'hold' }) };
    const about = { ...earlier.finding, subject: { kind: 'aor', aor: 'a@b' } } as const;
    const account = disabledOf({ ...earlier.decision, target: undefined, finding: about }) ?? assert.fail();
    const written = [
      findingEvent(earlier),
      blockEvent(block, earlier),
      disabledEvent(account, earlier),
      heldEvent(held),
    ].map((one) => one?.identity);
    const joins = joinsOf({ ...earlier, membership: { campaign: 'c-7f3k2p', earlier: [earlier.finding.identity] } });
    assert.deepEqual(
      joins.map(({ identity }) => identity),
      written,
    );
    assert.deepEqual(joinsOf(earlier), []);
  });
});

test('a block that waits for a person is an event that says what to type', () => {
  const held = heldEvent({ finding: finding(), decision: decision({ action: 'hold', reason: 'held: would cut 80' }) });
  assert.deepEqual(
    [held?.type, held?.severity, held?.ip, held?.description, held?.identity],
    ['block_held', 'error', '2001:db8::/64', 'held: would cut 80; to block it: sipward block 2001:db8::/64', 'held:id'],
  );
  const account = heldEvent({
    finding: { ...finding(), subject: { kind: 'aor', aor: '1001@example.com' } },
    decision: decision({ action: 'hold', target: undefined, reason: 'held, a person decides about the account' }),
  });
  assert.deepEqual(
    [account?.ip, account?.aor, account?.description],
    ['', '1001@example.com', 'held, a person decides about the account'],
  );
  assert.equal(heldEvent({ finding: finding(), decision: decision() }), undefined);
});

test('what is held about an account names the account, and no address', () => {
  const about = finding({ kind: 'aor', aor: '100@example.com' });
  const held = heldEvent({ finding: about, decision: decision({ action: 'hold', target: undefined, reason: 'held' }) });
  assert.deepEqual([held?.ip, held?.aor, held?.description], ['', '100@example.com', 'held']);
});

test('a decision to block an account disables it, and no other does', () => {
  const about = finding({ kind: 'aor', aor: '1001@Example.com' });
  const decided = decision({ target: undefined, finding: about, reason: 'disabled for 1h: three calls' });
  const account = disabledOf(decided) ?? assert.fail();
  assert.deepEqual(account, {
    aor: '1001@example.com',
    reason: 'disabled for 1h: three calls',
    disabledAt: NOW,
    expiresAt: NOW + 3_600_000,
    automatic: true,
  });
  assert.equal(blockOf(decided), undefined);
  assert.equal(disabledOf({ ...decided, action: 'hold' }), undefined);
  assert.equal(disabledOf(decision()), undefined);
  assert.deepEqual(disabledRow(account, 'toll-fraud'), { ...account, by: 'toll-fraud' });
  assert.equal(disabledRow({ ...account, expiresAt: undefined }, 'ann').expiresAt, null);
  const event = disabledEvent(account, { finding: about, decision: decided });
  assert.deepEqual([event.type, event.ip, event.aor, event.at], ['account_disabled', '', account.aor, NOW]);
  assert.notEqual(event.identity, enabledEvent(account.aor, NOW, 'over').identity);
});
