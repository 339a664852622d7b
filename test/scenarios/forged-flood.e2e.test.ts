/** Ten million forged addresses: the memory stays under its cap, nobody is blocked, and an attacker among them is found. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseConfig } from '../../src/config/parse.ts';
import { buildPipeline } from '../../src/daemon/pipeline-parts.ts';
import { Address } from '../../src/lib/address.ts';
import { makeSignal } from '../../src/pipeline/make-signal.ts';
import { START } from './actors.ts';

const ADDRESSES = 10_000_000;
const BATCH = 10_000;
/** Besides what the program itself takes: all tables full. */
const MAX_MEGABYTES = 400;

/** What is in use, without what only waits to be collected. */
function megabytesUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}

test('a flood of ten million forged addresses', { timeout: 900_000 }, () => {
  const { pipeline, detectors, policy } = buildPipeline(parseConfig('', 'defaults'), assert.fail);
  const before = megabytesUsed();
  const blocked = new Set<string>();
  for (let sent = 0; sent < ADDRESSES; sent += BATCH) {
    const at = START + sent / 50;
    const signals = Array.from({ length: BATCH }, (_, i) => {
      // An odd factor visits every address once.
      const address = Address.v4(Math.imul(sent + i, 0x9e3779b1) >>> 0);
      const user = String((sent + i) % 10_007);
      return makeSignal('register.failed', {
        at,
        address,
        sensor: 'edge',
        user,
        domain: 'pbx.example',
        status: 401,
        proven: 'no',
      });
    });
    const attacker = Address.v4(0xcb007107);
    signals.push(
      makeSignal('register.failed', { at, address: attacker, sensor: 'edge', user: '7', status: 401, proven: 'yes' }),
    );
    for (const { decision } of pipeline.process(signals)) {
      if (decision.action === 'block') blocked.add(decision.target?.text ?? '');
    }
  }
  assert.deepEqual([...blocked], ['203.0.113.7']);
  const megabytes = megabytesUsed() - before;
  assert.ok(megabytes < MAX_MEGABYTES, `${megabytes.toFixed(0)} MB`);
  const states = Object.fromEntries(detectors.map(({ detector }) => [detector.name, detector.state()]));
  for (const [name, { tracked }] of Object.entries(states)) assert.ok(tracked <= 1_500_000, `${name}: ${tracked}`);
  assert.ok((states['brute-force']?.evicted ?? 0) > ADDRESSES / 2);
  assert.ok(policy.state().tracked < 10);
});
