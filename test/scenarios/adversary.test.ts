/** Somebody who has read the source: what was tried against it, and comes to nothing now. All with the defaults. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseConfig } from '../../src/config/parse.ts';
import { buildPipeline } from '../../src/daemon/pipeline-parts.ts';
import type { Outcome } from '../../src/pipeline/pipeline.ts';
import type { Signal } from '../../src/pipeline/signal.ts';
import { Actor, DAY, DOMAIN, HOUR, MINUTE, SECOND, START, times } from './actors.ts';
import { decide } from './evaluate.ts';
import { inOrder } from './scenario.ts';

const HOME = '198.51.100.70';
const BORROWED = { userAgent: 'Grandstream GXP1625 1.0.7.13' };

/** What came of it: `type action code`, with how often. */
function tally(...actors: readonly (readonly Signal[])[]): Record<string, number> {
  return tallyOf(decide(inOrder(...actors)));
}

function tallyOf(outcomes: readonly Outcome[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { finding, decision } of outcomes) {
    const what = `${finding.type} ${decision.action} ${decision.code}`;
    found[what] = (found[what] ?? 0) + 1;
  }
  return found;
}

/** As in life: what is blocked does not come through. @returns for how long which source was blocked, ms */
function live(...actors: readonly (readonly Signal[])[]): Map<string, number> {
  const { pipeline } = buildPipeline(parseConfig('', 'defaults'), assert.fail);
  const until = new Map<string, number>();
  const blockedMs = new Map<string, number>();
  for (const signal of inOrder(...actors)) {
    const source = signal.address.countedText;
    if ((until.get(source) ?? 0) > signal.at) continue;
    for (const { decision } of pipeline.process([signal])) {
      if (decision.action !== 'block' || decision.target === undefined) continue;
      until.set(decision.target.text, decision.at + decision.seconds * 1000);
      blockedMs.set(decision.target.text, (blockedMs.get(decision.target.text) ?? 0) + decision.seconds * 1000);
    }
  }
  return blockedMs;
}

/** The owner's phone, for ten days before the attack. */
function owner(): Signal[] {
  const phone = new Actor(HOME);
  return times(480, START - 10 * DAY, 30 * MINUTE).map((at) => phone.registers(at, '1000'));
}

/** `PbX.example`: a spelling of the domain for each number. */
function spelling(number: number): string {
  return [...DOMAIN].map((letter, i) => ((number >> i) & 1 ? letter.toUpperCase() : letter)).join('');
}

describe('who forges the source of packets', () => {
  const FORGED = { proven: 'no', userAgent: 'friendly-scanner' } as const;

  test('does not keep out a customer who was never here before, although a packet a second says he attacks', () => {
    const lies = new Actor(HOME, FORGED);
    const phone = new Actor(HOME);
    const blocked = live(
      times(DAY / 1000, START, 1000).map((at) => lies.knocks(at)),
      times(DAY / MINUTE, START + 500, MINUTE).map((at) => phone.registers(at, '1000')),
    );
    assert.equal(blocked.get(HOME), 2 * MINUTE);
  });

  test('neither has half the internet blocked nor buries the operator, and real attackers are found meanwhile', () => {
    const lies = times(100_000, START, 10).map((at, i) =>
      new Actor(`100.64.${(i >> 8) & 255}.${i & 255}`, FORGED).knocks(at, { domain: `${i}.example` }),
    );
    const bot = new Actor('203.0.113.10', BORROWED);
    const guesses = times(5, START + 10 * MINUTE, 1000).map((at) => bot.fails(at, '1000'));
    const found = tally(lies, guesses);
    assert.equal(found['brute_force_detected block threshold'], 1);
    const all = Object.values(found).reduce((sum, count) => sum + count, 0);
    assert.ok(all < 1100, JSON.stringify(found));
  });
});

test('who forges four accounts an hour makes no attack of an office with a phone that has an old password', () => {
  const office = new Actor(HOME);
  const phones = inOrder(
    times(200, START - HOUR, 5 * MINUTE).map((at) => office.registers(at, '500')),
    [office.registers(START - 2 * HOUR, '501')],
    times(600, START, 30 * SECOND).map((at) => office.fails(at, '501')),
  );
  const lies = times(5, START + 10 * SECOND, HOUR).flatMap((at) =>
    ['1000', '1001', '1002', '1003'].map((user) => new Actor(HOME, { proven: 'no' }).fails(at, user)),
  );
  const strict = parseConfig('policy: {known-good: {on-attack: block}}', 'test');
  const { pipeline } = buildPipeline(strict, assert.fail);
  const actions = pipeline.process(inOrder(phones, lies)).map(({ decision }) => decision.action);
  assert.ok(actions.length > 5);
  assert.deepEqual([...new Set(actions)], ['watch']);
});

describe('who has an account', () => {
  const HOPS = 600;
  const hop = (i: number) => new Actor(`2001:db8:1:${i.toString(16)}::1`, BORROWED);

  test('does not hide a network of guessers behind it', () => {
    const turns = times(HOPS, START, MINUTE).map((at, i) =>
      i % 3 === 0 ? hop(i).registers(at, 'mallory') : hop(i).fails(at, String(1000 + i)),
    );
    assert.ok((tally(turns)['distributed_attack hold known_good'] ?? 0) > 0);
  });

  test('does not have everybody blocked who mistypes, by guessing at all accounts from ten sources of one network', () => {
    const tenant = new Actor('2001:db8:7:ffff::1', BORROWED);
    const guesses = times(50, START, MINUTE).flatMap((at, user) =>
      times(12, at, SECOND).map((when, i) =>
        new Actor(`2001:db8:7:${i}::1`, BORROWED).fails(when, String(1000 + user)),
      ),
    );
    const newcomer = new Actor('198.51.100.33');
    const signals = inOrder([tenant.registers(START - HOUR, 'mallory')], guesses, [
      newcomer.fails(START + 40 * MINUTE, '1010'),
      newcomer.registers(START + 41 * MINUTE, '1010'),
    ]);
    const blocked = decide(signals).filter(({ decision }) => decision.target?.text === newcomer.address.text);
    assert.deepEqual(blocked, []);
  });

  test('does not pass for a device by guessing at another account each hour', () => {
    const known = new Actor('203.0.113.10', BORROWED);
    const turns = times(1440, START, 30 * SECOND).flatMap((at, i) => [
      known.fails(at, String(1000 + Math.floor(i / 120))),
      ...(i % 60 === 0 ? [known.registers(at + SECOND, 'mallory')] : []),
    ]);
    assert.ok((tally(turns)['brute_force_detected hold known_good'] ?? 0) > 0);
  });

  test('does not make others forgotten by registering from a hundred thousand addresses', () => {
    const office = new Actor(HOME);
    const flushing = times(110_000, START, 20).map((at, i) =>
      new Actor(`2001:db8:${i >> 16}:${(i & 65_535).toString(16)}::1`, BORROWED).registers(at, 'mallory'),
    );
    const end = START + 110_000 * 20 + SECOND;
    const lies = [new Actor(HOME, { proven: 'no', userAgent: 'friendly-scanner' }).knocks(end)];
    const found = tally([office.registers(START - HOUR, '500')], flushing, lies);
    assert.deepEqual(found, { 'scanner_detected watch known_good': 1 });
  });
});

describe('one account under many spellings is one account', () => {
  test('for who counts the sources that guess at it, and for who looks at the one that gets in', () => {
    const guesses = times(30, START, 5 * MINUTE).map((at, i) =>
      new Actor(`${20 + i}.0.0.1`, BORROWED).fails(at, '1000', { domain: spelling(i + 1) }),
    );
    const found = tally(owner(), guesses, [new Actor('20.0.0.1', BORROWED).registers(START + 4 * HOUR, '1000')]);
    assert.ok((found['distributed_attack block threshold'] ?? 0) > 10, JSON.stringify(found));
    assert.equal(found['account_compromised hold no_address'], 1);
  });
});

describe('the thief of a password who knows what is counted of calls', () => {
  const thief = new Actor('203.0.113.10', BORROWED);
  /** Others' life, so that time goes on. */
  const others = times(300, START, 2 * MINUTE).map((at) => new Actor('198.51.100.99').registers(at, '900'));
  const fraud = (...calls: readonly (readonly Signal[])[]) =>
    tally(owner(), others, ...calls)['toll_fraud_suspected hold no_address'] ?? 0;

  test('makes two calls that never end, and no third', () => {
    const endless = [1, 2].map((i) =>
      thief.calls(START + i * SECOND, '1000', `0088213123456${i}`, { ms: 10 * HOUR }, { callId: `c${i}` }),
    );
    assert.ok(fraud(...endless) > 0);
  });

  test('escapes digits, or puts something behind the number', () => {
    for (const disguise of [
      (n: string) => n.replaceAll('0', '%30'),
      (n: string) => `${n}%23`,
      (n: string) => `${n}a`,
    ]) {
      const calls = times(8, START, 20 * SECOND).map((at, i) =>
        thief.calls(at, '1000', disguise(`0088213123456${i}`), { ms: HOUR }),
      );
      assert.ok(fraud(...calls) > 0, disguise('00'));
    }
  });

  test('ends a cheap call of the same Call-ID, and has dear ones fail meanwhile', () => {
    const callId = 'one-for-all';
    const dear = thief.calls(START, '1000', '00882131234567', { ms: 10 * HOUR }, { callId });
    const cheap = thief.calls(START + 10 * SECOND, '1000', '030123456', { ms: SECOND }, { callId });
    const failing = times(80, START + 11 * MINUTE, 6 * MINUTE).map((at) =>
      thief.calls(at, '1000', '00882131234567', { status: 486 }, { callId }),
    );
    assert.ok(fraud(dear, cheap, ...failing) > 0);
  });
});
