import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, type SignalSketch, signal } from '../../../test/support/signals.ts';
import { SCANNER_USER_AGENTS } from '../../pipeline/scanner-user-agents.ts';
import { scannerConfig } from './config.ts';
import { Scanner } from './scanner.ts';

const make = (config: unknown = {}) => new Scanner(scannerConfig.parse(config));
const found = (sketch: SignalSketch, config?: unknown) =>
  make(config).observe(signal({ kind: 'request.refused', reason: 'decoy', ...sketch }));
const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex');

describe('scanners', () => {
  const cases: readonly [string, SignalSketch][] = [
    ...SCANNER_USER_AGENTS.map((agent): [string, SignalSketch] => [
      agent,
      { userAgent: `X/${agent.toUpperCase()} 1.0` },
    ]),
    ['the SBC says so', { reason: 'scanner_detected' }],
    ['svmap tag', { fromTag: hex('7f00000113c4\x013483209') }],
    ['svwar tag', { fromTag: hex('1000\x01998877665') }],
    ['svcrack tag with account and password', { fromTag: hex('1000:secret\x011234567890') }],
    ['svcrack first tag', { fromTag: '3206210844' }],
    ['sipvicious From', { from: '"sipvicious"<sip:100@1.1.1.1>' }],
    ['nmap', { method: 'OPTIONS', branch: 'foo', fromTag: 'root', callId: '50000' }],
    ['SIPPTS branch', { branch: 'a'.repeat(71) }],
    ['decimal branch and Call-ID together', { branch: 'z9hG4bK-2938472', callId: '384827629822018851' }],
  ];
  for (const [name, sketch] of cases) test(name, () => assert.equal(found(sketch)?.type, 'scanner_detected'));
});

describe('honest clients', () => {
  const cases: readonly [string, SignalSketch][] = [
    ['nothing known', {}],
    [
      'a phone',
      {
        userAgent: 'Yealink SIP-T46S 66.85.0.5',
        branch: 'z9hG4bK2938472',
        callId: '0_2938472@192.168.1.20',
        fromTag: '293847298',
      },
    ],
    ['FreePBX', { userAgent: 'FPBX-16.0.40(20.5.2)' }],
    ['sipsak of a monitor', { userAgent: 'sipsak 0.9.7' }],
    ['pjsua: a UUID Call-ID without dashes', { userAgent: 'PJSUA v2.14', callId: '0123456789abcdef0123456789abcdef' }],
    ['a decimal Call-ID alone', { callId: '1234567890' }],
    ['a decimal branch alone', { branch: 'z9hG4bK-1234567' }],
    ['a long branch with the cookie', { branch: `z9hG4bK${'a'.repeat(64)}` }],
    ['hex text that is no such tag', { fromTag: 'deadbeefcafe01' }],
    ['a random hex tag that happens to end in 01 and digits', { fromTag: '8e4b0131' }],
    ['a longer one', { fromTag: 'c0ffee9b5a01393235' }],
    ['a hex tag with 01 but no digits after it', { fromTag: hex('1000\x01abc') }],
    ['an answered call', { kind: 'call.answered', userAgent: 'sipvicious' }],
  ];
  for (const [name, sketch] of cases) test(name, () => assert.equal(found(sketch), undefined));
});

test('a finding says by what, but never a tried password', () => {
  const finding = found({ fromTag: hex('1000:hunter2\x0155123456'), userAgent: 'friendly-scanner', proven: 'yes' });
  assert.equal(finding?.reason, 'a scanning tool, known by its user agent, sipvicious-tag (100 % sure)');
  assert.equal(finding?.evidence.proven, 'yes');
  assert.doesNotMatch(JSON.stringify(finding), /hunter2|68756e74657232/);
});

test('the same source is told every ten seconds, another at once', () => {
  const scanner = make();
  const at = (ms: number, ip = '203.0.113.7') =>
    scanner.observe(signal({ kind: 'request.refused', userAgent: 'sipcli', ip, at: NOW + ms }));
  assert.ok(at(0));
  assert.equal(at(9999), undefined);
  assert.ok(at(10_000));
  assert.ok(at(10_001, '203.0.113.8'));
});

test('further user agents and exceptions are configurable', () => {
  assert.ok(found({ userAgent: 'EvilDialer/2' }, { 'user-agents': ['evildialer'] }));
  assert.equal(
    found({ userAgent: 'sipcli/v1.8 of our monitor' }, { 'allowed-user-agents': ['SIPCLI/v1.8'] }),
    undefined,
  );
  assert.ok(!scannerConfig.safeParse({ 'user-agents': ['ab'] }).success, 'too short to mean one tool');
});

test('what is remembered of user agents and sources is bounded', () => {
  const scanner = make({ 'max-sources': 1024 });
  for (let i = 0; i < 10_000; i++) {
    scanner.observe(
      signal({ kind: 'malformed', userAgent: `sipcli ${i}`, ip: `10.0.${i >> 8}.${i & 255}`, at: NOW + i }),
    );
  }
  assert.ok(scanner.state().tracked <= 1024 * 1.25);
  assert.ok(scanner.state().evicted > 8000);
});
