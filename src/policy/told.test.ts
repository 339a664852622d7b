import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW, signal } from '../../test/support/signals.ts';
import { Network } from '../lib/network.ts';
import type { Finding } from '../pipeline/finding.ts';
import { policyConfig } from './config.ts';
import { Policy } from './policy.ts';

const HOUR = 3_600_000;
const SCANNER = 1;
const BRUTE_FORCE = 4;

function make(dryRunDetectors: readonly string[] = []) {
  const perSource = new Map([
    ['scanner', 0],
    ['brute-force', 2],
  ]);
  const policy = new Policy({ config: policyConfig.parse({}), dryRunDetectors, perSource });
  const find = (detector: string, { ip = '203.0.113.7', at = NOW, severity = 'error' as Finding['severity'] } = {}) => {
    const { address } = signal({ ip });
    policy.decide({
      type: 'scanner_detected',
      detector,
      severity,
      subject: { kind: 'ip', address },
      at,
      count: 1,
      reason: 'a scanning tool',
      evidence: { firstAt: at, lastAt: at, proven: 'yes', samples: {} },
      identity: `${detector}:${ip}:${at}`,
    });
  };
  const told = (at: number, ip?: string) => policy.observe(signal({ at, ...(ip === undefined ? {} : { ip }) }));
  return { policy, find, told };
}

const network = (text: string) => Network.parse(text) ?? assert.fail(text);

test('whoever told of a source need not see more of it while it is blocked, the others see it', () => {
  const { find, told } = make();
  assert.equal(told(NOW), 0);
  find('scanner');
  assert.equal(told(NOW + 1), SCANNER);
  find('brute-force', { at: NOW + 2 });
  find('distributed', { at: NOW + 3 });
  assert.equal(told(NOW + HOUR - 1), SCANNER | BRUTE_FORCE);
  assert.equal(told(NOW + HOUR), 0, 'the block is over');
  assert.equal(told(NOW + 1, '203.0.113.8'), 0);
});

test('of a source that is not blocked all is seen', () => {
  const { find, told } = make();
  find('scanner', { severity: 'warning' });
  assert.equal(told(NOW + 1), 0);
});

test('what would not block by itself spares no detector, even of a blocked source', () => {
  const { find, told } = make();
  find('scanner');
  find('brute-force', { severity: 'warning', at: NOW + 1 });
  assert.equal(told(NOW + 2), SCANNER);
});

test('a detector in dry run is spared by what it would have blocked itself', () => {
  const { find, told } = make(['scanner']);
  find('scanner');
  assert.equal(told(NOW + 1), SCANNER);
});

test('a source of a blocked network is spared until that is lifted', () => {
  const { policy, find, told } = make();
  policy.noteBlock(network('203.0.113.0/24'), Infinity);
  assert.equal(told(NOW), 0, 'nobody has told of it');
  find('scanner');
  assert.equal(told(NOW + HOUR), SCANNER);
  policy.noteUnblock(network('203.0.113.0/24'), NOW + HOUR);
  assert.equal(told(NOW + HOUR), 0);
});

test('a lifted block lets all see the source again, by its address and IPv6 by its /64', () => {
  const { policy, find, told } = make();
  find('scanner');
  find('scanner', { ip: '2001:db8::1' });
  assert.equal(told(NOW + 1, '2001:db8::2'), SCANNER);
  policy.noteUnblock(network('203.0.113.7'), NOW + 2);
  assert.equal(told(NOW + 3), 0);
  assert.equal(told(NOW + 3, '2001:db8::2'), SCANNER);
  policy.noteUnblock(network('2001:db8::/64'), NOW + 4);
  assert.equal(told(NOW + 5, '2001:db8::2'), 0);
});
