/** What every implementation of the operations must do about accounts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refused, START, type WithBench } from './operations.testkit.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const AOR = '1001@example.com';

/** @param withBench its `exemptsAccount` says so of `lift@example.com` */
export function testAccountOperations(name: string, withBench: WithBench): void {
  const story = (title: string, use: Parameters<WithBench>[0]) => it(title, () => withBench(use));

  describe(`${name}: accounts`, () => {
    story('an account is disabled in the layers, stored, recorded and listed', async ({ operations, engine }) => {
      const result = await operations.disable({ account: 'sip:1001@Example.com', reason: 'stolen', by: 'ann' });
      assert.deepEqual(result, {
        daemon: true,
        aor: AOR,
        disabledAt: START,
        expiresAt: START + DAY_MS,
        changed: true,
        layers: [{ layer: 'memory', error: null }],
        notes: [],
      });
      assert.equal(engine.disabled.get(AOR)?.expiresAt, START + DAY_MS);
      const { accounts, more } = await operations.disabled({});
      assert.deepEqual(
        [accounts.map(({ aor, by, automatic }) => [aor, by, automatic]), more],
        [[[AOR, 'ann', false]], false],
      );
      const { events } = await operations.events({ type: 'account_disabled' });
      assert.deepEqual(
        events.map(({ aor, ip, description }) => [aor, ip, description]),
        [[AOR, '', 'Disabled by ann: stolen']],
      );
    });

    story('a longer time extends, a shorter one changes nothing and says so', async ({ operations, time }) => {
      await operations.disable({ account: AOR, for: '2h' });
      time.now += 1000;
      const shorter = await operations.disable({ account: AOR, for: '1h' });
      assert.deepEqual([shorter.changed, shorter.expiresAt], [false, START + 2 * HOUR_MS]);
      assert.match(shorter.notes.join(), /enable it first/);
      assert.equal((await operations.disable({ account: AOR, for: 'forever' })).expiresAt, null);
      assert.equal((await operations.disable({ account: AOR, for: '7d' })).changed, false);
    });

    story('it is enabled everywhere, also where the store knows nothing of it', async ({ operations, engine }) => {
      await operations.disable({ account: AOR });
      const { enabled, layers } = await operations.enable({ account: '%31001@EXAMPLE.com', reason: 'ok', by: 'ann' });
      assert.deepEqual(
        [enabled.map(({ aor, enableReason }) => [aor, enableReason]), layers],
        [[[AOR, 'ok']], [{ layer: 'memory', error: null }]],
      );
      assert.deepEqual([...engine.disabled.keys()], []);
      const { events } = await operations.events({ type: 'account_enabled' });
      assert.deepEqual(
        events.map(({ aor, description }) => [aor, description]),
        [[AOR, 'Enabled by ann: ok']],
      );
      engine.disabled.set(AOR, { aor: AOR, reason: '', disabledAt: START, expiresAt: undefined, automatic: true });
      assert.deepEqual((await operations.enable({ account: AOR })).enabled, []);
      assert.equal(engine.disabled.has(AOR), false);
    });

    story('a failing layer is reported and hides nothing', async ({ operations, engine }) => {
      engine.failure = 'no answer of OpenSIPS';
      const { layers } = await operations.disable({ account: AOR });
      assert.deepEqual(layers, [{ layer: 'memory', error: 'no answer of OpenSIPS' }]);
      assert.equal((await operations.disabled({})).accounts.length, 1);
    });

    story('where no layer knows accounts, it says so', async ({ operations, engine }) => {
      engine.knowsAccounts = false;
      assert.match((await operations.disable({ account: AOR })).notes.join(), /^No enforcer in use knows accounts/);
      assert.match((await operations.why({ subject: AOR })).notes.join(), /^No enforcer in use knows accounts/);
    });

    story('the allowlist of accounts wins', ({ operations }) =>
      refused(
        operations.disable({ account: 'Lift@example.com' }),
        'refused',
        'account',
        /^lift@example\.com is never disabled: policy\.accounts\.allowlist/,
      ),
    );

    for (const account of ['1001', '', '203.0.113.7', '@example.com', '1001@', 'a b@c', 'a@b\nc']) {
      story(`${JSON.stringify(account)} is no account`, ({ operations }) =>
        refused(
          operations.disable({ account }),
          'invalid',
          'account',
          /^expected an account such as 1001@example\.com/,
        ),
      );
    }

    story('pages are complete', async ({ operations }) => {
      for (let i = 1; i <= 5; i++) await operations.disable({ account: `${i}@example.com` });
      const first = await operations.disabled({ limit: 3 });
      const second = await operations.disabled({ limit: 3, after: first.accounts.at(-1)!.id });
      assert.deepEqual([first.more, second.more], [true, false]);
      assert.equal(new Set([...first.accounts, ...second.accounts].map(({ aor }) => aor)).size, 5);
    });
  });

  describe(`${name}: why an account`, () => {
    story('is disabled: by whom, where, since when', async ({ operations }) => {
      await operations.disable({ account: AOR, reason: 'stolen', by: 'ann' });
      const answer = await operations.why({ subject: 'sip:1001@EXAMPLE.com' });
      assert.deepEqual([answer.verdict, answer.disabled?.by, answer.history.disabled.length], ['disabled', 'ann', 1]);
      assert.equal(
        answer.answer,
        'The account 1001@EXAMPLE.com is disabled by ann: stolen; no failed registration is recorded.',
      );
      assert.deepEqual(answer.layers, [
        { layer: 'store', blocked: true, error: null },
        { layer: 'memory', blocked: true, error: null },
      ]);
      assert.deepEqual(answer.notes, []);
    });

    story('is not, and was', async ({ operations }) => {
      await operations.disable({ account: AOR });
      await operations.enable({ account: AOR });
      const answer = await operations.why({ subject: AOR });
      assert.deepEqual([answer.verdict, answer.disabled, answer.history.disabled.length], ['not-blocked', null, 1]);
      assert.match(answer.answer, /^The account 1001@example\.com is not disabled; /);
    });

    story('never is', async ({ operations }) => {
      const { verdict, answer } = await operations.why({ subject: 'lift@example.com' });
      assert.equal(verdict, 'allowlisted');
      assert.match(answer, /^The account lift@example\.com is never disabled: the allowlist holds it; /);
    });

    story('a layer that disagrees is named', async ({ operations, engine }) => {
      await operations.disable({ account: AOR });
      engine.disabled.clear();
      assert.match((await operations.why({ subject: AOR })).notes.join(), /^memory lets it call, against the store/);
    });
  });
}
