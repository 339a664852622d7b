import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, type SignalSketch, series, signal } from '../../test/support/signals.ts';
import { FailingAccounts } from './failing-accounts.ts';

const DAY = 86_400_000;

function failing(...sketches: readonly SignalSketch[]): FailingAccounts {
  const accounts = new FailingAccounts();
  for (const one of sketches.map(signal)) accounts.note(`${one.user}@${one.domain}`, one);
  return accounts;
}

test('names the accounts and the user agents, each once', () => {
  const accounts = failing({ user: '1', userAgent: 'Snom' }, { user: '1', userAgent: 'Snom' }, { user: '2' });
  assert.deepEqual(accounts.names(), ['1@example.com', '2@example.com']);
  assert.deepEqual(accounts.userAgents(), ['Snom']);
});

test('an account that gets in, or is quiet for a day, fails no more', () => {
  const accounts = failing({ user: '1' }, { user: '2' });
  accounts.succeeded('1@example.com');
  assert.deepEqual(accounts.names(), ['2@example.com']);
  assert.equal(accounts.expire(NOW + DAY), 1);
  assert.equal(accounts.expire(NOW + DAY + 1), 0);
});

describe('devices fail without hurry', () => {
  const hurry = (everyMs: number, count: number, sketch: SignalSketch = {}) => {
    const accounts = new FailingAccounts();
    const signals = series(count, everyMs, sketch);
    for (const one of signals) accounts.note('1@example.com', one);
    return !accounts.isUnhurried(signals.at(-1)?.at ?? 0);
  };
  test('every ten seconds is a device', () => assert.ok(!hurry(10_000, 200)));
  test('every second is a tool', () => assert.ok(hurry(1000, 61)));
  test('requests refused for other reasons are no guesses', () => {
    assert.ok(!hurry(100, 500, { kind: 'request.refused', reason: 'domain_not_found' }));
  });
  test('a signal that stands for many counts as many', () => assert.ok(hurry(1000, 1, { count: 61 })));
  test('a tool that has stopped is forgotten', () => {
    const accounts = new FailingAccounts();
    for (const one of series(100, 100)) accounts.note('1@example.com', one);
    assert.ok(accounts.isUnhurried(NOW + 300_000));
  });
});

test('remembers a bounded number of accounts, of bounded length, and that there were more', () => {
  const accounts = failing(
    ...Array.from({ length: 200 }, (_, i): SignalSketch => ({ user: String(i), userAgent: 'x'.repeat(1000) })),
  );
  assert.ok(accounts.names().length <= 64);
  assert.equal(accounts.userAgents()[0]?.length, 80);
  assert.ok(!accounts.isUnhurried(NOW), 'so many are no misconfigured device');
});

describe('what others may have sent in its name', () => {
  const own = series(20, 10_000, { user: 'own', proven: 'yes' });
  const after = NOW + 200_000;
  const with_ = (forged: readonly SignalSketch[]) =>
    failing(...own.map(({ address: _, ...sketch }): SignalSketch => sketch), ...forged);

  test('is told apart, whatever accounts it names', () => {
    const accounts = with_([{ user: 'x', proven: 'no' }]);
    assert.deepEqual([accounts.names().length, accounts.names(true)], [2, ['own@example.com']]);
  });
  test('neither hurries a device nor fills its place', () => {
    for (const user of [() => 'own', String]) {
      const forged = Array.from({ length: 500 }, (_, i) => ({
        user: user(i),
        at: after - 500 + i,
        proven: 'no' as const,
      }));
      const accounts = with_(forged);
      assert.deepEqual([accounts.isUnhurried(after), accounts.isUnhurried(after, true)], [false, true]);
      assert.deepEqual(accounts.names(true), ['own@example.com']);
    }
  });
  test('does not hide that a tool is there', () => {
    const forged = Array.from({ length: 100 }, (_, i) => ({ user: `x${i}`, proven: 'no' as const }));
    const tool = Array.from({ length: 100 }, (_, i) => ({ user: `y${i}`, proven: 'yes' as const }));
    const accounts = failing(...forged, ...tool);
    assert.ok(accounts.names(true).length > 50);
    assert.ok(!accounts.isUnhurried(NOW, true));
  });
});
