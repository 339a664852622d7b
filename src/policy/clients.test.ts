import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOW, type SignalSketch, signal } from '../../test/support/signals.ts';
import { Address } from '../lib/address.ts';
import { Network } from '../lib/network.ts';
import { blastRadius } from './blast-radius.ts';
import { flowKey } from './client.ts';
import { Clients } from './clients.ts';

const DAY = 86_400_000;
const address = (text: string) => Address.parse(text) ?? assert.fail(text);
const network = (text: string) => Network.parse(text) ?? assert.fail(text);
const IP = '198.51.100.7';

/** Clients that have seen these signals, all from one address unless they say otherwise. */
function clientsAfter(sketches: readonly SignalSketch[], maxClients = 1000): Clients {
  const clients = new Clients({ maxClients, tracksFlows: false, keepMs: 7 * DAY });
  for (const sketch of sketches) clients.observe(signal({ ip: IP, proven: 'yes', ...sketch }), () => true);
  return clients;
}
const OK = { kind: 'register.ok', expires: 600 } as const;
const ANSWERED = { kind: 'call.answered', callId: 'a' } as const;
const radius = (clients: Clients, at: number) => blastRadius(clients.within(network('198.51.100.0/24')), at);

describe('a client', () => {
  test('comes of a success, and of nothing else', () => {
    for (const kind of ['register.failed', 'request.refused', 'call.started', 'register.removed'] as const) {
      assert.equal(clientsAfter([{ kind }]).size, 0, kind);
    }
    assert.equal(clientsAfter([OK]).size, 1);
    assert.equal(clientsAfter([ANSWERED]).size, 1);
  });
  test('is an IPv6 /64, and a mapped IPv4 address is IPv4', () => {
    const clients = clientsAfter([
      { ...OK, ip: '2001:db8::1' },
      { ...OK, ip: '2001:db8::2' },
      { ...OK, ip: '::ffff:198.51.100.7' },
      OK,
    ]);
    assert.equal(clients.size, 2);
    assert.notEqual(clients.get(address('2001:db8::ffff')), undefined);
  });
  test('is not made of somebody who is not welcome', () => {
    const clients = new Clients({ maxClients: 10, tracksFlows: false, keepMs: DAY });
    clients.observe(signal(OK), () => false);
    assert.equal(clients.size, 0);
  });
  test('is forgotten when it has been quiet', () => {
    const clients = clientsAfter([OK]);
    clients.expire(NOW + 7 * DAY);
    assert.equal(clients.size, 1);
    clients.expire(NOW + 7 * DAY + 1);
    assert.equal(clients.size, 0);
  });
  test('is known as proven once one registration was', () => {
    assert.equal(clientsAfter([{ ...OK, proven: 'no' }]).get(address(IP))?.proven, false);
    assert.equal(clientsAfter([{ ...OK, proven: 'no' }, OK]).get(address(IP))?.proven, true);
    assert.equal(clientsAfter([{ ...OK, proven: 'unknown' }]).get(address(IP))?.proven, true);
    assert.equal(clientsAfter([ANSWERED]).get(address(IP))?.proven, false, 'a call proves nothing');
  });
});

describe('what a block would cut', () => {
  test('registrations that have not run out, each account once', () => {
    const clients = clientsAfter([OK, OK, { ...OK, user: '1002' }, { ...OK, user: '1003', expires: 60 }]);
    assert.deepEqual(radius(clients, NOW + 61_000), { registrations: 2, calls: 0 });
    assert.deepEqual(radius(clients, NOW + 601_000), { registrations: 0, calls: 0 });
  });
  test('not a registration that was removed', () => {
    const clients = clientsAfter([OK, { kind: 'register.removed' }]);
    assert.equal(radius(clients, NOW).registrations, 0);
  });
  test('an hour where the reply does not say how long', () => {
    const clients = clientsAfter([{ ...OK, expires: -1 }]);
    assert.equal(radius(clients, NOW + 3_599_000).registrations, 1);
    assert.equal(radius(clients, NOW + 3_600_000).registrations, 0);
  });
  test('calls from answer to end', () => {
    const clients = clientsAfter([ANSWERED, { ...ANSWERED, callId: 'b' }, { kind: 'call.ended', callId: 'a' }]);
    assert.equal(radius(clients, NOW).calls, 1);
    clients.expire(NOW + 13 * 3_600_000);
    assert.equal(radius(clients, NOW).calls, 0, 'whose end was missed');
  });
  test('of a whole network is the sum', () => {
    const clients = clientsAfter([OK, { ...OK, ip: '198.51.100.8' }, { ...OK, ip: '198.51.101.1' }]);
    assert.equal(radius(clients, NOW).registrations, 2);
  });
});

test('clients are bounded: the longest without success goes first', () => {
  const sketches = Array.from({ length: 3000 }, (_, i) => ({ ...OK, ip: `10.0.${i >> 8}.${i & 255}`, at: NOW + i }));
  const clients = clientsAfter(sketches, 1000);
  assert.ok(clients.size <= 1000 && clients.size > 900);
  assert.equal(clients.size + clients.evicted, 3000);
  assert.equal(clients.get(address('10.0.0.0')), undefined);
});

test('accounts that only ever leave do not belong to an address, however many they are', () => {
  const leaving = Array.from({ length: 6000 }, (_, i) => ({ kind: 'register.removed' as const, user: `u${i}` }));
  const client = clientsAfter([OK, ...leaving]).get(address(IP));
  assert.deepEqual([...(client?.accounts.keys() ?? [])], ['1001@example.com']);
});

test('a snapshot brings everything back that matters', () => {
  const before = clientsAfter([OK, ANSWERED, { ...OK, ip: '2001:db8::1', proven: 'no' }, { kind: 'register.failed' }]);
  const after = new Clients({ maxClients: 1000, tracksFlows: false, keepMs: 7 * DAY });
  after.restore(structuredClone(before.snapshot()));
  assert.equal(after.size, 2);
  assert.deepEqual(radius(after, NOW), radius(before, NOW));
  assert.equal(after.get(address('2001:db8::5'))?.proven, false);
  assert.throws(() => after.restore([{ ip: 'nonsense' }]), /"nonsense" where an address is expected/);
});

test('a snapshot of an earlier program, which knew no flows, is read', () => {
  const clients = new Clients({ maxClients: 10, tracksFlows: true, keepMs: DAY });
  const kept = { firstAt: NOW, goodAt: NOW, proven: true, accounts: new Map([['200@example.com', NOW + DAY]]) };
  clients.restore([{ ...kept, ip: IP, calls: new Map([['a', NOW]]) }]);
  assert.deepEqual(radius(clients, NOW), { registrations: 1, calls: 1 });
  clients.observe(signal({ ip: IP, ...OK, user: '200' }), () => true);
  assert.deepEqual(radius(clients, NOW + DAY - 1), { registrations: 0, calls: 1 });
});

test('what a block of one flow would cut is what came in it last', () => {
  const clients = clientsAfter([
    { ...OK, user: '1', port: 6001 },
    { ...OK, user: '2', port: 6002 },
    { ...OK, user: '1', port: 6003 },
    { ...ANSWERED, port: 6002 },
  ]);
  const cut = (port: number, transport: 'udp' | 'tcp' = 'udp') =>
    blastRadius(clients.within(network('198.51.100.0/24')), NOW, flowKey(signal({ ip: IP, port, transport })));
  assert.deepEqual(cut(6001), { registrations: 0, calls: 0 });
  assert.deepEqual(cut(6002), { registrations: 1, calls: 1 });
  assert.deepEqual(cut(6003), { registrations: 1, calls: 0 });
  assert.deepEqual(cut(6003, 'tcp'), { registrations: 0, calls: 0 });
});
