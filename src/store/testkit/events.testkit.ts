import assert from 'node:assert/strict';
import { eventRow, NOW } from '../samples.testkit.ts';
import type { Kit } from '../store.testkit.ts';
import type { EventFilter } from '../store.ts';

const EVENTS = [
  eventRow('a', { at: NOW, ip: '203.0.113.7' }),
  eventRow('b', { at: NOW + 1, ip: '203.0.113.255', type: 'scanner_detected', severity: 'warning' }),
  eventRow('c', { at: NOW + 2, ip: '203.0.114.0', type: 'scanner_detected', severity: 'critical' }),
  eventRow('d', { at: NOW + 3, ip: '2001:db8::1' }),
  eventRow('e', { at: NOW + 4, ip: '2001:db8:ffff:ffff::1', severity: 'warning' }),
  eventRow('f', { at: NOW + 5, ip: '2001:db9::', severity: 'info' }),
  eventRow('g', { at: NOW + 6, ip: '', aor: '1001@example.com', type: 'account_compromised', severity: 'critical' }),
  eventRow('h', { at: NOW + 7, ip: '203.0.113.0/24', type: 'distributed_attack' }),
];

/** Filters and the identities they find, newest first. */
const CASES: readonly (readonly [EventFilter, string])[] = [
  [{}, 'hgfedcba'],
  [{ limit: 2 }, 'hg'],
  [{ since: NOW + 3 }, 'hgfed'],
  [{ type: 'scanner_detected' }, 'cb'],
  [{ severity: 'warning' }, 'eb'],
  [{ type: 'scanner_detected', severity: 'warning' }, 'b'],
  [{ source: '203.0.113.7' }, 'a'],
  [{ source: '203.0.113.0/24' }, 'hba'],
  [{ source: '203.0.112.0/22' }, 'hcba'],
  [{ source: '0.0.0.0/0' }, 'hcba'],
  [{ source: '2001:db8::1' }, 'd'],
  [{ source: '2001:db8::/32' }, 'ed'],
  [{ source: '2001:db8::/31' }, 'fed'],
  [{ source: '::/0', since: NOW + 4 }, 'fe'],
  [{ source: '198.51.100.0/24' }, ''],
  [{ source: "'; DROP TABLE security_events; --" }, ''],
  [{ resolved: false, limit: 1 }, 'h'],
  [{ resolved: true }, ''],
];

export function eventTests({ withStore }: Kit): void {
  withStore('events are found by type, severity, time, source and network', async (store) => {
    await store.addEvents(EVENTS);
    for (const [filter, expected] of CASES) {
      const found = await store.events(filter);
      assert.equal(found.map((event) => event.identity).join(''), expected, JSON.stringify(filter));
    }
  });

  withStore('an event comes back as it was', async (store) => {
    await store.addEvents(EVENTS);
    const [stored] = await store.events({ source: '203.0.113.7' });
    assert.deepEqual(stored, { ...EVENTS[0], id: stored?.id, campaign: null, resolvedAt: null, resolvedBy: null });
  });

  withStore('resolving twice keeps the first time; an unknown event is not resolved', async (store) => {
    await store.addEvents([eventRow('a'), eventRow('b')]);
    const id = (await store.events({}))[0]?.id ?? 0;
    assert.equal(await store.resolveEvent({ id }, NOW + 5, 'alice'), true);
    assert.equal(await store.resolveEvent({ id }, NOW + 9, 'bob'), true);
    assert.equal(await store.resolveEvent({ id: id + 1000 }, NOW, 'alice'), false);
    const resolved = await store.events({ resolved: true });
    assert.deepEqual(
      resolved.map((event) => [event.id, event.resolvedAt, event.resolvedBy]),
      [[id, NOW + 5, 'alice']],
    );
    assert.equal((await store.events({ resolved: false })).length, 1);
  });

  withStore('an event is resolved by its identity, however long that is', async (store) => {
    const identity = 'sensor_silent:'.padEnd(400, 'x');
    await store.addEvents([eventRow(identity), eventRow(`${identity}y`)]);
    assert.equal(await store.resolveEvent({ identity }, NOW + 5, 'sipward'), true);
    assert.equal(await store.resolveEvent({ identity: 'other' }, NOW, 'sipward'), false);
    assert.deepEqual(
      (await store.events({})).map(({ resolvedBy }) => resolvedBy),
      [null, 'sipward'],
    );
  });
}
