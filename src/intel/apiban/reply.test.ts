import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { corporaFile } from '../../../test/support/corpora.ts';
import { ApibanError, type ApibanFault, parseReply } from './reply.ts';

const read = (status: number, body: string) => {
  const { networks, unreadable, next } = parseReply(status, body);
  return { addresses: networks.map(({ text }) => text), unreadable, next };
};
const faults = (status: number, body: string, fault: ApibanFault) =>
  assert.throws(
    () => parseReply(status, body),
    (error) => error instanceof ApibanError && error.fault === fault,
    `${status} ${body.slice(0, 60)}`,
  );

describe('a page', () => {
  test('gives addresses and the next cursor', () => {
    assert.deepEqual(read(200, '{"ipaddress":["1.2.3.251","2a00:1450::1"],"ID":"987"}'), {
      addresses: ['1.2.3.251', '2a00:1450::1'],
      unreadable: 0,
      next: '987',
    });
  });
  test('may hold a single text, and what is no address is left out', () => {
    assert.deepEqual(read(200, '{"ipaddress":"1.2.3.4","ID":"5"}').addresses, ['1.2.3.4']);
    assert.deepEqual(read(200, '{"ipaddress":["1.2.3.4","x",7,null,"1.2.3.4/8"],"ID":"5"}'), {
      addresses: ['1.2.3.4'],
      unreadable: 4,
      next: '5',
    });
  });
});

describe('the end of the list', () => {
  test('comes with any of the statuses in use', () => {
    for (const status of [200, 400, 404, 408]) {
      const end = { addresses: [], unreadable: 0, next: undefined };
      assert.deepEqual(read(status, '{"ipaddress":["no new bans"],"ID":"none"}'), end, String(status));
    }
    assert.equal(read(200, '{"ID":"none"}').next, undefined);
  });
  test('may come with the last addresses', () => {
    assert.deepEqual(read(200, '{"ipaddress":["1.2.3.4"],"ID":"none"}').addresses, ['1.2.3.4']);
  });
});

describe('an error, never "nobody is bad"', () => {
  test('bad key', () => {
    faults(403, '{"ipaddress":"none","ID":"unauthorized"}', 'key');
    faults(401, '{"ID: "unauthorized"}', 'key');
    faults(200, '{"ipaddress":"none","ID":"unauthorized"}', 'key');
  });
  test('too often', () => {
    faults(429, '{"ipaddress: "rate limit exceeded"}', 'rate');
    faults(429, '{"ipaddress":"rate limit exceeded","ID":"unauthorized"}', 'rate');
    faults(200, '{"ipaddress":"rate limit exceeded","ID":"unauthorized"}', 'rate');
  });
  test('nothing, or nothing that means anything', () => {
    for (const body of ['', ' ', '{}', '[]', 'null', '7', '<html>', '{"ipaddress":["1.2.3.4"]}'])
      faults(200, body, 'reply');
    for (const id of ['""', 'null', '12', '"abc"', '"1/../2"', '{}'])
      faults(200, `{"ipaddress":["1.2.3.4"],"ID":${id}}`, 'reply');
    faults(500, '{"ipaddress":["1.2.3.4"],"ID":"5"}', 'reply');
    faults(200, JSON.stringify({ ipaddress: new Array(1001).fill('1.2.3.4'), ID: '5' }), 'reply');
  });
});

const manifest = corporaFile('manifest.json');
describe('shapes that clients have met', { skip: manifest === undefined && 'no corpora on this machine' }, () => {
  const body = (name: string) => readFileSync((manifest ?? '').replace('manifest.json', `apiban/${name}`), 'utf8');
  test('are read', () => {
    assert.deepEqual(read(200, body('banned-200-page.json')), {
      addresses: ['1.2.3.251', '1.2.3.252'],
      unreadable: 0,
      next: '100',
    });
    assert.equal(read(200, body('banned-200-end-of-list.json')).next, undefined);
    assert.equal(read(408, body('banned-408-no-new-bans.json')).next, undefined);
  });
  test('or are errors', () => {
    faults(200, body('banned-200-no-id.json'), 'reply');
    faults(200, body('banned-200-empty-body.txt'), 'reply');
    faults(401, body('banned-401-invalid-json.txt'), 'key');
    faults(429, body('check-429-rate-limit-invalid-json.txt'), 'rate');
    faults(400, body('check-400-bad-ip.json'), 'reply');
  });
});
