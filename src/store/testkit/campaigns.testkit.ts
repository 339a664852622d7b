import assert from 'node:assert/strict';
import { blockRow, commitOf, eventRow, NOW } from '../samples.testkit.ts';
import type { Kit } from '../store.testkit.ts';
import type { EventRow, Store } from '../store.ts';

const ID = 'c-7f3k2p';
const OTHER = 'c-bbbbbb';

/** An event of the i-th of many sources. */
function member(i: number, campaign: string | null = ID): EventRow {
  return eventRow(`m${i}`, { at: NOW + i, ip: `203.0.${i >> 8}.${i & 255}`, campaign });
}

/** What was told of a campaign. */
function telling(what: string, at: number, over: Partial<EventRow> = {}): EventRow {
  return eventRow(`campaign ${what}`, {
    type: 'campaign_detected',
    ip: '',
    description: what,
    campaign: ID,
    at,
    ...over,
  });
}

const identities = async (store: Store, campaign: string) =>
  (await store.events({ campaign })).map(({ identity }) => identity);

export function campaignTests({ withStore }: Kit): void {
  withStore('an event comes back with its campaign, and is found by it', async (store) => {
    await store.addEvents([member(1), member(2, null), member(3, OTHER)]);
    assert.deepEqual(
      (await store.events({})).map(({ campaign }) => campaign),
      [OTHER, null, ID],
    );
    assert.deepEqual(await identities(store, ID), ['m1']);
    assert.deepEqual(await store.events({ campaign: "' OR 1=1 --" }), []);
  });

  withStore('events written before the campaign formed are joined, in one commit or a later one', async (store) => {
    await store.commit(commitOf({ events: [member(1, null), member(2, null), member(3, OTHER)] }));
    const commit = commitOf({
      events: [member(4), member(5, null)],
      joins: ['m1', 'm3', 'm5', 'never written'].map((identity) => ({ campaign: ID, identity })),
    });
    await store.commit(commit);
    assert.deepEqual(await identities(store, ID), ['m5', 'm4', 'm1']);
    assert.deepEqual(await identities(store, OTHER), ['m3'], 'what belongs to one keeps it');
    // After a crash the same input is read again.
    await store.commit(commit);
    assert.deepEqual(await identities(store, ID), ['m5', 'm4', 'm1']);
    assert.equal((await store.stats(NOW, NOW)).events, 5, 'and counts nothing twice');
  });

  withStore('an event that is written again with a campaign gets it', async (store) => {
    await store.commit(commitOf({ events: [member(1, null), member(2, OTHER)] }));
    await store.commit(commitOf({ events: [member(1), member(2)] }));
    assert.deepEqual([await identities(store, ID), await identities(store, OTHER)], [['m1'], ['m2']]);
  });

  withStore('thousands are joined at once', async (store) => {
    await store.commit(commitOf({ events: Array.from({ length: 1234 }, (_, i) => member(i, null)) }));
    const joins = Array.from({ length: 1234 }, (_, i) => ({ campaign: ID, identity: `m${i}` }));
    await store.commit(commitOf({ joins }));
    assert.equal((await store.campaigns({ ids: [ID] }))[0]?.events, 1234);
  });

  withStore('a campaign is what its events tell', async (store) => {
    assert.deepEqual(await store.campaigns({ since: 0, limit: 5 }), []);
    await store.addEvents([
      ...[1, 2, 3].map((i) => member(i)),
      { ...member(4), ip: '203.0.0.1' },
      telling('3 sources', NOW + 3),
      telling('now critical', NOW + 5, { severity: 'critical' }),
      eventRow('unblocked', { type: 'ip_unblocked', at: NOW + 4000, campaign: ID, ip: '203.0.0.1' }),
    ]);
    const running = {
      campaign: ID,
      description: 'now critical',
      severity: 'critical',
      events: 7,
      sources: 3,
      firstAt: NOW + 1,
      lastAt: NOW + 4,
      over: false,
    };
    assert.deepEqual(await store.campaigns({ ids: [ID, 'c-222222'] }), [running]);
    await store.addEvents([telling('over: 3 sources', NOW + 9000, { severity: 'info' })]);
    assert.deepEqual(await store.campaigns({ since: NOW, limit: 5 }), [
      { ...running, description: 'over: 3 sources', events: 8, over: true },
    ]);
    assert.deepEqual(await store.campaigns({ since: NOW + 5, limit: 5 }), [], 'nothing was found of it since');
  });

  withStore('folded, a campaign is one thing however many events it has', async (store) => {
    await store.addEvents([
      eventRow('before', { at: NOW }),
      ...Array.from({ length: 300 }, (_, i) => member(1 + i)),
      telling('300 sources', NOW + 301),
      eventRow('between', { at: NOW + 150, severity: 'warning' }),
      { ...member(400, OTHER), severity: 'warning' },
      telling('1 source', NOW + 400, { campaign: OTHER }),
      eventRow('after', { at: NOW + 500 }),
    ]);
    const folded = async (filter: Parameters<Store['foldedEvents']>[0]) => {
      const { events, campaigns } = await store.foldedEvents(filter);
      return [
        events.map(({ identity }) => identity).join(' '),
        campaigns.map((one) => `${one.campaign} ${one.events}`),
      ];
    };
    assert.deepEqual(await folded({}), ['after between before', [`${OTHER} 2`, `${ID} 301`]]);
    assert.deepEqual(await folded({ limit: 4 }), ['after between', [`${OTHER} 2`, `${ID} 301`]]);
    assert.deepEqual(await folded({ limit: 3 }), ['after', [`${OTHER} 2`, `${ID} 301`]]);
    assert.deepEqual(await folded({ limit: 1 }), ['after', []]);
    assert.deepEqual(await folded({ severity: 'warning' }), ['between', [`${OTHER} 1`]]);
    assert.deepEqual(await folded({ since: NOW + 299, limit: 10 }), ['after', [`${OTHER} 2`, `${ID} 3`]]);
    assert.deepEqual(await folded({ type: 'campaign_detected' }), ['', [`${OTHER} 1`, `${ID} 1`]]);
    assert.deepEqual(await folded({ type: 'flood_detected' }), ['', []]);
  });

  withStore('events of one moment are neither folded away nor shown twice', async (store) => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ ...member(i, i % 2 === 0 ? ID : null), at: NOW }));
    await store.addEvents([...rows, telling('20 sources', NOW)]);
    const { events, campaigns } = await store.foldedEvents({ limit: 7 });
    assert.deepEqual(
      events.map(({ identity }) => identity),
      ['m39', 'm37', 'm35', 'm33', 'm31', 'm29'],
    );
    assert.equal(campaigns[0]?.events, 21);
    assert.equal((await store.foldedEvents({ limit: 30 })).events.length, 20);
  });

  withStore('a target was last blocked for a campaign, or for none', async (store) => {
    const blocked = (identity: string, ip: string, at: number, campaign: string | null) =>
      eventRow(identity, { type: 'ip_blocked', ip, at, campaign });
    await store.commit(
      commitOf({
        blocks: [blockRow('203.0.113.1')],
        events: [
          blocked('1', '203.0.113.1', NOW, OTHER),
          blocked('2', '203.0.113.1', NOW + 1, ID),
          blocked('3', '203.0.113.2', NOW, ID),
          blocked('4', '203.0.113.2', NOW + 1, null),
          eventRow('5', { ip: '203.0.113.3', campaign: ID }),
        ],
      }),
    );
    const targets = ['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.4'];
    assert.deepEqual(await store.campaignsOfBlocked(targets), { '203.0.113.1': ID });
    assert.deepEqual(await store.campaignsOfBlocked([]), {});
  });
}
