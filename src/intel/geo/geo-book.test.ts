import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { mmdbFile } from '../../../test/support/mmdb.ts';
import { Address } from '../../lib/address.ts';
import { geoConfig } from './config.ts';
import { GeoBook } from './geo-book.ts';

const bookOf = (config: object) => new GeoBook(geoConfig.parse(config));
const address = (ip: string) => Address.parse(ip) ?? assert.fail(ip);

async function withFolder(use: (path: (name: string) => string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sipward-geo-'));
  try {
    await use((name) => join(folder, name));
  } finally {
    await rm(folder, { recursive: true });
  }
}
/** As geoipupdate does it: the file is there whole or not at all. */
async function replace(path: string, contents: Buffer): Promise<void> {
  await writeFile(`${path}.new`, contents);
  await rename(`${path}.new`, path);
}
const countries = (code: string) =>
  mmdbFile({ '11.22.0.0/16': { country: { iso_code: code } }, '2a01:4f8::/32': { country: { iso_code: 'DE' } } });

test('the data that comes with sipward knows the internet', async () => {
  const book = bookOf({});
  assert.deepEqual(await book.round(), { read: ['country', 'asn'], faults: [] });
  assert.deepEqual(await book.round(), { read: [], faults: [] });
  for (const [ip, country, asn] of [
    ['193.99.144.80', 'DE', 206564],
    ['::ffff:193.99.144.80', 'DE', 206564],
    ['77.88.8.8', 'RU', 13238],
    ['2001:610::1', 'NL', 1103],
    ['10.0.0.1', undefined, undefined],
    ['192.0.2.1', undefined, undefined],
    ['203.0.113.7', undefined, undefined],
    ['2001:db8::1', undefined, undefined],
    ['127.0.0.1', undefined, undefined],
    ['::1', undefined, undefined],
    ['fe80::1', undefined, undefined],
  ] as const) {
    assert.equal(book.country(address(ip)), country, ip);
    assert.equal(book.networkNumber(address(ip))?.asn, asn, ip);
    assert.equal(book.place(address(ip)), undefined);
  }
});

test('nothing is known before the files are read', () => {
  const book = bookOf({});
  assert.equal(book.country(address('193.99.144.80')), undefined);
  assert.equal(book.networkNumber(address('193.99.144.80')), undefined);
});

test('the files of the operator are used instead, and the city file knows the country, too', async () => {
  await withFolder(async (path) => {
    const location = { latitude: 48.25, longitude: 11.5, accuracy_radius: 10 };
    await writeFile(path('city'), mmdbFile({ '11.22.0.0/16': { country: { iso_code: 'AT' }, location } }));
    await writeFile(path('asn'), mmdbFile({ '11.22.0.0/16': { autonomous_system_number: 64500 } }));
    const book = bookOf({ city: path('city'), asn: path('asn') });
    assert.deepEqual((await book.round()).faults, []);
    assert.equal(book.country(address('11.22.33.44')), 'AT');
    assert.deepEqual(book.place(address('11.22.33.44')), { latitude: 48.25, longitude: 11.5, accuracyKm: 10 });
    assert.deepEqual(book.networkNumber(address('11.22.33.44')), { asn: 64500, name: '' });
    assert.equal(book.country(address('193.99.144.80')), undefined);
  });
});

test('each database says how old it is, and whether it came with sipward', async () => {
  await withFolder(async (path) => {
    await writeFile(path('city'), countries('DE'));
    const book = bookOf({ country: path('city'), asn: path('none') });
    await book.round();
    const [country, asn] = book.databases;
    assert.deepEqual(country, {
      name: 'country',
      paths: [path('city')],
      isShipped: false,
      builtAt: 1_760_000_000_000,
      fault: undefined,
    });
    assert.deepEqual([asn?.builtAt, asn?.fault?.message.split(' ')[0]], [undefined, 'intel.geo.asn:']);
    await writeFile(path('none'), mmdbFile({ '11.22.0.0/16': { autonomous_system_number: 64500 } }));
    await book.round();
    assert.deepEqual([book.databases[1]?.builtAt, book.databases[1]?.fault], [1_760_000_000_000, undefined]);
  });
  const shipped = bookOf({});
  await shipped.round();
  const day = Date.UTC(2026, 5, 17);
  for (const { name, isShipped, builtAt = 0 } of shipped.databases) {
    assert.ok(isShipped && builtAt >= day && builtAt < day + 86_400_000, name);
  }
  assert.equal(shipped.databases.length, 2);
});

test('a file that is replaced is read again', async () => {
  await withFolder(async (path) => {
    await writeFile(path('country'), countries('DE'));
    const book = bookOf({ country: path('country') });
    await book.round();
    assert.equal(book.country(address('11.22.33.44')), 'DE');
    assert.equal(book.country(address('2a01:4f8::1')), 'DE');
    await replace(path('country'), countries('FR'));
    assert.deepEqual(await book.round(), { read: ['country'], faults: [] });
    assert.equal(book.country(address('11.22.33.44')), 'FR');
  });
});

test('an address whose record is damaged is nowhere', async () => {
  await withFolder(async (path) => {
    const contents = mmdbFile({ '11.22.0.0/16': { country_code: 'FR' }, '12.22.0.0/16': { country_code: 'DE' } });
    // The first record, behind the tree and its 16 zeros, becomes one of no known type; the second stays.
    const first = contents.indexOf(Buffer.from('country_code')) - 2;
    contents.fill(0, first, first + 12);
    await writeFile(path('country'), contents);
    const book = bookOf({ country: path('country') });
    assert.deepEqual((await book.round()).faults, []);
    assert.equal(book.country(address('11.22.33.44')), undefined);
    assert.equal(book.country(address('12.22.33.44')), 'DE');
  });
});

describe('a file that cannot be used is told of with its path, and what was known remains:', () => {
  for (const [what, contents, message] of [
    ['text', Buffer.from('hello'), /country: .* expected an MMDB file$/],
    ['empty', Buffer.alloc(0), /country: .* expected an MMDB file$/],
    ['cut short', countries('DE').subarray(-260), /country: .* the file is cut short$/],
    ['of network numbers', mmdbFile({ '11.22.0.0/16': { asn: 5 } }), /with country codes, this one has none$/],
  ] as const) {
    test(what, async () => {
      await withFolder(async (path) => {
        await writeFile(path('country'), countries('DE'));
        const book = bookOf({ country: path('country') });
        await book.round();
        await replace(path('country'), contents);
        const { read, faults } = await book.round();
        assert.deepEqual(read, []);
        assert.match(faults[0]?.message ?? '', message);
        assert.ok(faults[0]?.message.includes(path('country')));
        assert.equal(book.country(address('11.22.33.44')), 'DE');
        assert.deepEqual((await book.round()).faults, [], 'told of once, until it changes');
        await replace(path('country'), countries('FR'));
        assert.deepEqual((await book.round()).read, ['country']);
      });
    });
  }
  test('missing', async () => {
    await withFolder(async (path) => {
      const { faults } = await bookOf({ country: path('none'), asn: path('nor') }).round();
      assert.deepEqual(
        faults.map(({ message }) => message),
        [
          `intel.geo.country: ${path('none')} cannot be read (ENOENT)`,
          `intel.geo.asn: ${path('nor')} cannot be read (ENOENT)`,
        ],
      );
    });
  });
});
