import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Address } from '../lib/address.ts';
import { Network } from '../lib/network.ts';
import { ReputationBook } from './reputation-book.ts';

const NOW = Date.UTC(2026, 0, 15);
const network = (text: string) => Network.parse(text) ?? assert.fail(text);
const networks = (...texts: string[]) => texts.map(network);
const address = (text: string) => Address.parse(text) ?? assert.fail(text);
const newBook = (maxEntries = 100, exempt: readonly string[] = []) =>
  new ReputationBook({ maxEntries, isExempt: (one) => exempt.some((text) => network(text).overlaps(one)) });
const listing = { list: 'apiban', until: NOW + 1000 };

test('an address is listed until its end', () => {
  const book = newBook();
  book.add(networks('1.2.3.251', '5.6.7.0/24', '2a00:1450::1'), listing);
  const listed = (ip: string, at = NOW) => book.listing(address(ip), at)?.list;
  assert.deepEqual(
    ['1.2.3.251', '5.6.7.8', '2a00:1450::1', '1.2.3.252', '2a00:1450::2'].map((ip) => listed(ip)),
    ['apiban', 'apiban', 'apiban', undefined, undefined],
  );
  assert.equal(listed('1.2.3.251', NOW + 1000), undefined);
  book.expire(NOW + 1000);
  assert.equal(book.size, 0);
});

test('each entry has its own end; a later one stands', () => {
  const book = newBook();
  book.add(networks('1.2.3.251'), listing);
  book.add(networks('1.2.3.251'), { ...listing, until: NOW + 5000 });
  book.add(networks('1.2.3.251'), { ...listing, until: NOW + 10 });
  assert.deepEqual(book.entriesOf('apiban'), [['1.2.3.251', NOW + 5000]]);
});

test('private, reserved, own and allowlisted addresses are refused, and so is half the internet', () => {
  const book = newBook(100, ['8.8.8.8']);
  const given = [
    '10.0.0.1',
    '192.168.1.1',
    '127.0.0.1',
    '8.8.8.8',
    '8.8.8.0/24',
    '0.0.0.0/0',
    '5.0.0.0/8',
    '2a00::/16',
    '1.2.3.4',
  ];
  assert.deepEqual(book.add(networks(...given), listing), { added: 1, refused: 8, overflow: 0 });
});

test('what is allowlisted later is listed no more', () => {
  const exempt: Network[] = [];
  const book = new ReputationBook({ maxEntries: 10, isExempt: (one) => exempt.some((each) => each.overlaps(one)) });
  book.add(networks('1.2.3.4'), listing);
  exempt.push(network('1.2.3.0/24'));
  assert.equal(book.listing(address('1.2.3.4'), NOW), undefined);
});

test('is bounded, and says what it left out', () => {
  const book = newBook(2);
  assert.deepEqual(book.add(networks('1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.1'), listing), {
    added: 3,
    refused: 0,
    overflow: 1,
  });
  assert.equal(book.size, 2);
});

test('a whole list replaces itself and nothing else', () => {
  const book = newBook();
  book.add(networks('1.1.1.1'), listing);
  book.replace(networks('1.1.1.2', '1.1.1.3'), { list: 'file', until: Infinity });
  book.replace(networks('1.1.1.3'), { list: 'file', until: Infinity });
  assert.deepEqual(book.entriesOf('file'), [['1.1.1.3', Infinity]]);
  assert.equal(book.entriesOf('apiban').length, 1);
});
