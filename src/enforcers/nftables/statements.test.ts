import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Address } from '../../lib/address.ts';
import { parseDuration } from '../../lib/duration.ts';
import { Network } from '../../lib/network.ts';
import { flow, network } from '../enforcer.testkit.ts';
import {
  canaryOf,
  isCanary,
  keyIn,
  keyOf,
  maskText,
  parseKey,
  parseSetName,
  setOf,
  setsOf,
  USUAL_SETS,
} from './address-sets.ts';
import { nftablesConfig } from './config.ts';
import {
  allowStatements,
  changeLine,
  probedIndex,
  probeStatements,
  replaceStatements,
  timeoutText,
  wholeStatements,
} from './statements.ts';

const layer = nftablesConfig.parse({});
const anyNetwork = fc.oneof(
  fc.tuple(fc.nat(0xffffffff), fc.nat(32)).map(([value, length]) => Network.of(Address.v4(value), length)),
  fc
    .tuple(fc.nat(0xffffffff), fc.nat(3), fc.nat(128))
    .map(([a, d, length]) => Network.of(Address.v6(0x20010000 + (a % 4), a, 0, d), length)),
);

describe('block sets', () => {
  it('are told by family and prefix length, by name and back', () => {
    for (const [text, name] of [
      ['192.0.2.1', 'block4-32'],
      ['10.0.0.0/8', 'block4-8'],
      ['2001:db8::/64', 'block6-64'],
      ['2001:db8::1', 'block6-128'],
      ['::/0', 'block6-0'],
    ] as const) {
      assert.equal(setOf('block', network(text)).name, name);
      assert.deepEqual(parseSetName(name), setOf('block', network(text)));
      assert.deepEqual(parseSetName(name.replace('block', 'allow')), setOf('allow', network(text)));
    }
    for (const name of ['allow4', 'allow4-flows', 'block4', 'deny4-32', 'block5-3', 'block4-32x', 'xblock4-32']) {
      assert.equal(parseSetName(name), undefined, name);
    }
  });

  it('mask addresses to their length', () => {
    const masks = ['192.0.2.0/25', '10.0.0.0/8', '0.0.0.0/0', '2001:db8::/64', '2001:db8::/33'].map((text) =>
      maskText(network(text).family, network(text).length),
    );
    assert.deepEqual(masks, ['255.255.255.128', '255.0.0.0', '0.0.0.0', 'ffff:ffff:ffff:ffff::', 'ffff:ffff:8000::']);
  });

  it('hold flows by address, protocol and port', () => {
    for (const [text, name, key] of [
      ['udp:192.0.2.1:5071', 'block4-flows', '192.0.2.1 . 17 . 5071'],
      ['tcp:[2001:db8::1]:5061', 'block6-flows', '2001:db8::1 . 6 . 5061'],
    ] as const) {
      const set = setOf('block', flow(text));
      assert.deepEqual([set.name, parseSetName(name)], [name, set]);
      assert.deepEqual([keyOf(flow(text)), parseKey(set, key)?.text], [key, text]);
      assert.equal(
        parseKey(
          set,
          key.replace(/ (17|6) /, (_, number) => (number === '6' ? ' tcp ' : ' udp ')),
        )?.text,
        text,
      );
      assert.deepEqual([keyIn(set, flow(text)), keyIn(set, flow(text).address)], [key, undefined]);
      const canary = parseKey(set, canaryOf(set));
      assert.ok(canary !== undefined && isCanary(canary) && !isCanary(flow(text)));
    }
    const set = setOf('block', flow('udp:192.0.2.1:1'));
    for (const key of ['192.0.2.1', '192.0.2.1 . sctp . 5060', '192.0.2.1 . udp . 0', 'x . udp . 1']) {
      assert.equal(parseKey(set, key), undefined, key);
    }
    assert.equal(parseKey(setOf('block', network('192.0.2.0/24')), '192.0.2.1'), undefined, 'host bits');
  });

  it('have a canary that no masked source address equals', () => {
    fc.assert(
      fc.property(anyNetwork, (target) => {
        const canary = Address.parse(canaryOf(setOf('block', target)));
        assert.ok(canary);
        if (target.isSingle) assert.equal(isCanary(target), target.base.text === canary.text);
        else assert.notEqual(target.base.text, canary.text);
      }),
    );
  });
});

describe('timeouts', () => {
  it('are split so that no number needs more than 32 bits', () => {
    assert.equal(timeoutText(1), '0d0s1ms');
    assert.equal(timeoutText(90_061_001), '1d3661s1ms');
    assert.equal(timeoutText(2_592_000_000), '30d0s0ms');
    assert.equal(timeoutText(0.2), '0d0s1ms');
    assert.equal(timeoutText(-5), '0d0s1ms');
    assert.equal(timeoutText(Number.MAX_SAFE_INTEGER), '36500d0s0ms');
  });

  it('are exact', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 36_500 * 86_400_000 }), (ms) => {
        const parts = timeoutText(ms).match(/\d+(d|s|ms)/g) ?? [];
        const total = parts.reduce((sum, part) => sum + (parseDuration(part) ?? Number.NaN), 0);
        assert.equal(total, ms);
      }),
    ));
});

describe('an allowlist', () => {
  it('goes into a set for each length, once, in one change of chain and sets', () => {
    const allowlist = ['10.1.0.0/16', '192.0.2.1', '192.0.2.1', '2001:db8::/32'].map(network);
    const sets = setsOf('allow', allowlist);
    assert.deepEqual(
      sets.map((set) => set.name),
      ['allow4-16', 'allow4-32', 'allow6-32'],
    );
    const lines = allowStatements(layer, { sets, stale: ['allow4-8'], allowlist }).split('\n');
    assert.deepEqual(lines.slice(0, 2), ['flush chain inet sipward verdict', 'delete set inet sipward allow4-8']);
    assert.ok(lines.includes('add rule inet sipward verdict ip saddr & 255.255.0.0 @allow4-16 accept'));
    assert.ok(lines.includes('add element inet sipward allow4-32 { 255.255.255.255, 192.0.2.1 }'));
    const drop = lines.findIndex((line) => line.endsWith('counter name dropped drop'));
    assert.ok(lines.findLastIndex((line) => line.endsWith(' accept')) < drop, 'drops last');
  });
});

describe('statements', () => {
  const now = Date.UTC(2026, 0, 1);
  const block = (text: string, ms?: number) => ({
    target: network(text),
    expiresAt: ms === undefined ? undefined : now + ms,
  });

  it('change elements in one line, whatever was there', () => {
    const set = setOf('block', network('192.0.2.1'));
    const put = { target: network('192.0.2.1'), block: block('192.0.2.1', 1500) };
    const forever = { target: network('192.0.2.2'), block: block('192.0.2.2') };
    const lift = { target: network('192.0.2.3'), block: undefined };
    const where = 'element inet sipward block4-32';
    assert.equal(
      changeLine(layer, set, [put, forever, lift], now),
      `add ${where} { 192.0.2.1, 192.0.2.2, 192.0.2.3 }; delete ${where} { 192.0.2.1, 192.0.2.2, 192.0.2.3 }; ` +
        `add ${where} { 192.0.2.1 timeout 0d1s500ms, 192.0.2.2 }`,
    );
    assert.equal(changeLine(layer, set, [lift], now), `add ${where} { 192.0.2.3 }; delete ${where} { 192.0.2.3 }`);
  });

  it('look flows up by what they are, after all else, and only where there are some', () => {
    const blocks = [block('192.0.2.1', 1000), { target: flow('udp:192.0.2.2:5071'), expiresAt: now + 1000 }];
    const blockSets = [...USUAL_SETS, setOf('block', flow('udp:192.0.2.2:5071'))];
    const text = wholeStatements(layer, { blockSets, sets: [], stale: [], blocks, allowlist: [], now });
    assert.match(
      text,
      /^add set inet sipward block4-flows \{ type ipv4_addr \. inet_proto \. inet_service; flags timeout; \}$/m,
    );
    assert.match(text, /prerouting ip saddr \. meta l4proto \. th sport @block4-flows goto verdict$/m);
    assert.match(
      text,
      /block4-flows \{ 255\.255\.255\.255 \. 17 \. 1, 192\.0\.2\.2 \. 17 \. 5071 timeout 0d1s0ms \}$/m,
    );
    const without = wholeStatements(layer, {
      blockSets: USUAL_SETS,
      sets: [],
      stale: [],
      blocks: [],
      allowlist: [],
      now,
    });
    assert.doesNotMatch(without, /sport/);
  });

  it('put all blocks of a set into one statement', () => {
    const blocks = [block('192.0.2.1', 1000), block('2001:db8::/64', 1000), block('192.0.2.2', 1000)];
    const text = wholeStatements(layer, {
      blockSets: USUAL_SETS,
      sets: [],
      stale: ['block4-8'],
      blocks,
      allowlist: [],
      now,
    });
    const adding = text.split('\n').filter((line) => line.startsWith('add element'));
    assert.deepEqual(adding, [
      'add element inet sipward block4-32 { 255.255.255.255, 192.0.2.1 timeout 0d1s0ms, 192.0.2.2 timeout 0d1s0ms }',
      'add element inet sipward block6-64 { ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 2001:db8:: timeout 0d1s0ms }',
    ]);
    assert.match(text, /^delete set inet sipward block4-8$/m);
    assert.match(text, /prerouting ip6 saddr & ffff:ffff:ffff:ffff:: @block6-64 goto verdict$/m);
    assert.ok(text.indexOf('flush chain') < text.indexOf('delete set'), 'a set in use cannot be deleted');
    assert.doesNotMatch(text, /dport/);
  });

  it('ask about elements with something between, for nft 1.1 makes one command of adjacent ones', () => {
    const set = setOf('block', network('192.0.2.1'));
    const lines = probeStatements(
      layer,
      ['192.0.2.1', '192.0.2.2'].map((key) => ({ set, key })),
    ).split('\n');
    assert.deepEqual(lines, [
      'create element inet sipward block4-32 { 192.0.2.1 }',
      'add table inet sipward',
      'create element inet sipward block4-32 { 192.0.2.2 }',
      'add table inet sipward',
      '',
    ]);
    assert.deepEqual([1, 3, 5].map(probedIndex), [0, 1, 2]);
  });

  it('leave the elements that are there, if so told', () => {
    const whole = { blockSets: USUAL_SETS, sets: [], stale: [], blocks: undefined, allowlist: [], now };
    assert.doesNotMatch(wholeStatements(layer, whole), /flush set inet sipward block/);
    assert.match(wholeStatements(layer, whole), /add element inet sipward block4-32 \{ 255\.255\.255\.255 \}/);
  });

  it('name the ports once, and the table as configured', () => {
    const other = nftablesConfig.parse({ table: 'edge', ports: [5060, 5061, 5060], priority: -310 });
    const whole = { blockSets: USUAL_SETS, sets: [], stale: ['block4-8'], blocks: [], allowlist: [], now };
    const text = replaceStatements(other, whole);
    assert.match(text, /^add table inet edge\ndelete table inet edge\nadd table inet edge\n/);
    assert.match(text, /th dport != \{ 5060, 5061 \} accept/);
    assert.match(text, /priority -310;/);
    assert.doesNotMatch(text, /sipward|block4-8/);
  });
});

describe('the configuration of nftables', () => {
  for (const wrong of [
    { table: 'x; flush ruleset' },
    { table: '' },
    { priority: -200 },
    { ports: [0] },
    { ports: ['5060'] },
    { prefix: [''] },
    { tabel: 'sipward' },
  ]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => assert.equal(nftablesConfig.safeParse(wrong).success, false));
  }
});
