import assert from 'node:assert/strict';
import fc from 'fast-check';
import { commitOf, eventRow, NOW, signalRow } from '../samples.testkit.ts';
import type { Kit } from '../store.testkit.ts';

const ODD = [
  "Robert'); DROP TABLE failed_registrations;--",
  '\\\' OR 1=1 -- "',
  'a\0b',
  '😀 4-byte',
  'e\u0301 and \u00e9',
  'line\r\nend\ttab',
  '\uffff\ufffe',
  '?, ?, ?',
  ' blanks at both ends ',
  '',
];

export function textTests({ withStore }: Kit): void {
  withStore('text from SIP is kept as it is, whatever it says', async (store) => {
    const signals = ODD.map((text, i) =>
      signalRow({
        at: NOW + i,
        user: text,
        domain: text,
        userAgent: text,
        requestUri: text,
        callId: text,
        reason: text,
      }),
    );
    const events = ODD.map((text, i) =>
      eventRow(`event ${i}`, { at: NOW + i, description: text, aor: text, details: [text] }),
    );
    await store.commit(commitOf({ source: ODD[0]!, signals, events }));
    assert.deepEqual(await store.recentSignals(NOW, 100), signals);
    const stored = [...(await store.events({}))].reverse();
    assert.deepEqual(
      stored.map((event) => [event.description, event.aor, event.details]),
      ODD.map((text) => [text, text, [text]]),
    );
    assert.deepEqual(Object.keys(await store.positions()), [ODD[0]]);
  });

  withStore('text without a UTF-8 form has its bad parts replaced', async (store) => {
    await store.commit(commitOf({ signals: [signalRow({ userAgent: 'x\ud800y', user: '\udc00' })] }));
    const [signal] = await store.recentSignals(0, 1);
    assert.deepEqual([signal?.userAgent, signal?.user], ['x\ufffdy', '\ufffd']);
  });

  withStore('text longer than its column is cut, never refused', async (store) => {
    const long = '😀'.repeat(5000);
    const signal = {
      method: long,
      sensor: long,
      user: long,
      domain: long,
      requestUri: long,
      userAgent: long,
      callId: long,
    };
    const event = { aor: long, description: long, details: { long } };
    await store.commit(
      commitOf({
        source: long,
        signals: Array.from({ length: 700 }, () => signalRow({ ...signal, reason: long })),
        events: [eventRow(`${long}1`, event), eventRow(`${long}2`, event)],
      }),
    );
    const [stored] = await store.recentSignals(0, 1);
    assert.ok(long.startsWith(stored?.userAgent.slice(0, 1000) ?? '-'));
    assert.equal((await store.recentSignals(0, 1000)).length, 700);
    assert.equal((await store.events({})).length, 2, 'two long identities stay two');
    assert.deepEqual((await store.events({}))[0]?.details, { long });
  });

  withStore('numbers larger than their column are cut, never refused', async (store) => {
    const huge = Number.MAX_SAFE_INTEGER;
    const large = signalRow({ expires: 2 ** 32 - 1, count: 2 ** 31 - 1, status: 699, port: 65_535 });
    await store.commit(
      commitOf({ signals: [large, signalRow({ at: NOW + 1, expires: huge, count: huge, status: huge, port: huge })] }),
    );
    const [first, second] = await store.recentSignals(0, 5);
    assert.deepEqual(first, large);
    assert.deepEqual([second?.expires, second?.count], [2 ** 32 - 1, 2 ** 31 - 1]);
  });

  withStore('any text at all', async (store) => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const rows = fc.sample(fc.tuple(text, text, text), 300);
    const signals = rows.map(([user, domain, userAgent], i) => signalRow({ at: NOW + i, user, domain, userAgent }));
    await store.commit(commitOf({ signals }));
    assert.deepEqual(await store.recentSignals(NOW, 1000), signals);
    const [user, domain] = rows[7] ?? ['', ''];
    if (!domain.includes('@') && domain !== '') {
      assert.ok((await store.dossier({ aor: `${user}@${domain}` }, 10)).failures > 0);
    }
  });

  withStore('user names that differ in case or accents are different accounts', async (store) => {
    const signals = ['alice', 'Alice', 'alicé'].map((user) => signalRow({ user }));
    await store.commit(commitOf({ signals }));
    const { topAccounts } = await store.stats(NOW, NOW);
    assert.deepEqual(topAccounts.map(({ aor, failures }) => `${aor} ${failures}`).sort(), [
      'Alice@example.com 1',
      'alice@example.com 1',
      'alicé@example.com 1',
    ]);
  });

  withStore('events whose identities differ in trailing blanks only are two events', async (store) => {
    await store.addEvents([eventRow('scan alice'), eventRow('scan alice ')]);
    await store.addEvents([eventRow('scan alice '), eventRow('scan bob')]);
    assert.equal((await store.events({})).length, 3);
  });
}
