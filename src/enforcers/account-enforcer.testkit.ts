/** What every enforcer must do that can disable accounts. Expectations are in terms of what the layer itself answers. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EnforcerKit, EnforcerLab } from './enforcer.testkit.ts';
import type { AccountEnforcer, EnforcedAccount } from './enforcer.ts';

const HOUR_MS = 3_600_000;
const NAMES = ['1001@example.com', '1001@example.net', `o'"neil\\\n%{}@example.com`, 'zoë 電話@example.com'];

interface AccountLab extends Omit<EnforcerLab, 'enforcer'> {
  readonly accounts: AccountEnforcer;
}

const sorted = (accounts: readonly EnforcedAccount[]) => accounts.toSorted((a, b) => (a.aor < b.aor ? -1 : 1));

export function runAccountKit(name: string, kit: Pick<EnforcerKit, 'withLab' | 'skip'>): void {
  const story = (title: string, use: (lab: AccountLab) => Promise<void>) =>
    it(title, () =>
      kit.withLab(async ({ enforcer, ...lab }) => {
        assert.ok(enforcer.accounts !== undefined, 'it knows addresses only');
        await enforcer.start([], []);
        await use({ ...lab, accounts: enforcer.accounts });
        await enforcer.accounts.start([]);
      }),
    );

  describe(`${name}: what every enforcer does that disables accounts`, { skip: kit.skip ?? false }, () => {
    story('starts with exactly what it is given, any name', async ({ accounts, now }) => {
      const some = NAMES.map((aor) => ({ aor, expiresAt: now() + HOUR_MS }));
      await accounts.start(some);
      assert.deepEqual(sorted(await accounts.list()), sorted(some));
      for (const aor of NAMES) assert.equal(await accounts.check(aor), true, aor);
      assert.equal(await accounts.check('1002@example.com'), false);
      const other = { aor: '1002@example.com', expiresAt: undefined };
      await accounts.start([other]);
      assert.deepEqual(await accounts.list(), [other]);
      await accounts.start([{ aor: '1003@example.com', expiresAt: now() - 1 }]);
      assert.deepEqual(await accounts.list(), []);
    });

    story('extends, does not shorten, and enables', async ({ accounts, now }) => {
      const [first, second] = [now() + HOUR_MS, now() + 2 * HOUR_MS];
      const ends = async () => (await accounts.list()).map(({ expiresAt }) => expiresAt);
      await accounts.start([]);
      await accounts.disable([{ aor: 'a@b', expiresAt: first }]);
      await accounts.disable([{ aor: 'a@b', expiresAt: second }]);
      await accounts.disable([{ aor: 'a@b', expiresAt: first }]);
      assert.deepEqual(await ends(), [second]);
      await accounts.disable([{ aor: 'a@b', expiresAt: undefined }]);
      await accounts.disable([{ aor: 'a@b', expiresAt: first }]);
      assert.deepEqual(await ends(), [undefined]);
      await accounts.enable(['a@b', 'never@heard.of']);
      assert.deepEqual([await ends(), await accounts.check('a@b')], [[], false]);
    });

    story('ends by itself', async ({ accounts, now, pass }) => {
      await accounts.start([]);
      await accounts.disable([{ aor: 'a@b', expiresAt: now() + 900 }]);
      assert.equal(await accounts.check('a@b'), true);
      await pass(1_000);
      assert.deepEqual([await accounts.list(), await accounts.check('a@b')], [[], false]);
    });

    story('is put right: what is missing, what is too much, what has another end', async ({ accounts, now }) => {
      const end = now() + HOUR_MS;
      const keep = { aor: 'keep@b', expiresAt: end };
      await accounts.start([keep, { aor: 'other@b', expiresAt: end }, { aor: 'end@b', expiresAt: end }]);
      const wanted = [keep, { aor: 'new@b', expiresAt: end }, { aor: 'end@b', expiresAt: undefined }];
      assert.deepEqual(await accounts.reconcile(wanted), { added: 2, removed: 1 });
      assert.deepEqual(sorted(await accounts.list()), sorted(wanted));
      assert.deepEqual(await accounts.reconcile(wanted), { added: 0, removed: 0 });
    });
  });
}
