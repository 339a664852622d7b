import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countryOf, networkNumberOf, placeOf } from './records.ts';

describe('the country, by the fields of', () => {
  for (const [maker, record] of [
    [
      'GeoLite2, DB-IP',
      { country: { iso_code: 'DE', names: { en: 'Germany' } }, registered_country: { iso_code: 'US' } },
    ],
    ['GeoLite2 where it knows the registration only', { registered_country: { iso_code: 'DE' } }],
    ['ip-location-db', { country_code: 'DE' }],
    ['IPinfo', { country: 'DE', country_name: 'Germany' }],
    ['IPinfo Lite', { country: 'Germany', country_code: 'DE', continent_code: 'EU' }],
  ] as const) {
    test(maker, () => assert.equal(countryOf(record), 'DE'));
  }
  test('none of them', () => {
    for (const record of [{}, null, 'DE', { country: 'Germany' }, { country_code: 7 }, { country: { iso_code: '' } }]) {
      assert.equal(countryOf(record), undefined);
    }
  });
});

describe('the place, by the fields of', () => {
  const berlin = { latitude: 52.5, longitude: 13.4 };
  test('GeoLite2', () => {
    assert.deepEqual(placeOf({ location: { ...berlin, accuracy_radius: 20 } }), { ...berlin, accuracyKm: 20 });
  });
  test('DB-IP, which does not say how exact it is', () => {
    assert.deepEqual(placeOf({ location: berlin }), { ...berlin, accuracyKm: 100 });
  });
  test('ip-location-db', () => assert.deepEqual(placeOf(berlin), { ...berlin, accuracyKm: 100 }));
  test('IPinfo', () => assert.deepEqual(placeOf({ lat: '52.5', lng: '13.4' }), { ...berlin, accuracyKm: 100 }));
  test('none of them', () => {
    for (const record of [{}, null, { latitude: 1 }, { latitude: 91, longitude: 0 }, { lat: '', lng: '1' }]) {
      assert.equal(placeOf(record), undefined);
    }
  });
});

describe('the network number, by the fields of', () => {
  const found = { asn: 64500, name: 'Example Net' };
  test('GeoLite2, DB-IP, ip-location-db', () => {
    const record = { autonomous_system_number: 64500, autonomous_system_organization: 'Example Net' };
    assert.deepEqual(networkNumberOf(record), found);
  });
  test('IPinfo', () => {
    assert.deepEqual(networkNumberOf({ asn: 'AS64500', name: 'Example Net', domain: 'example.net' }), found);
    assert.deepEqual(networkNumberOf({ asn: 'AS64500', as_name: 'Example Net' }), found);
  });
  test('without a name', () => assert.deepEqual(networkNumberOf({ asn: 64500 }), { asn: 64500, name: '' }));
  test('whose owner chose a strange name', () => {
    assert.equal(networkNumberOf({ asn: 1, name: 'a\r\nb\x1b[2J' })?.name, 'a b [2J');
    assert.equal(networkNumberOf({ asn: 1, name: 'x'.repeat(500) })?.name.length, 80);
  });
  test('none of them', () => {
    for (const record of [{}, null, { asn: 'AS' }, { asn: 0 }, { asn: 1.5 }, { asn: 2 ** 32 }]) {
      assert.equal(networkNumberOf(record), undefined);
    }
  });
});
