import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Address } from '../../lib/address.ts';
import { AsnRanges } from './asn-ranges.ts';

const V4 = `1.0.0.0,1.0.0.255,13335,"Cloudflare, Inc."
1.0.4.0,1.0.7.255,64500,Plain Net
9.0.0.0,9.255.255.255,64501,"Quoted ""Net"""
255.0.0.0,255.255.255.255,64502,Last
`;
const V6 = `2001:200::,2001:200:1b9:ffff:ffff:ffff:ffff:ffff,2500,WIDE Project
2400:0:611::,2400::611:ffff:ffff:ffff:ffff:ffff,4766,Korea Telecom
2a00::,2a00:ffff:ffff:ffff:ffff:ffff:ffff:ffff,64500,Plain Net
`;
const ranges = new AsnRanges(V4, V6);
const asnOf = (ip: string) => ranges.find(Address.parse(ip) ?? assert.fail(ip))?.asn;

test('an address has the number of the range it lies in, ends included', () => {
  for (const [ip, asn] of [
    ['1.0.0.0', 13335],
    ['1.0.0.255', 13335],
    ['1.0.1.0', undefined],
    ['1.0.5.1', 64500],
    ['::ffff:1.0.5.1', 64500],
    ['0.0.0.1', undefined],
    ['255.255.255.255', 64502],
    ['2001:200::1', 2500],
    ['2001:200:1b9:8000::1', 2500],
    ['2001:200:1ba::1', undefined],
    ['2400:0:611::5', 4766],
    ['2400:0:612::5', undefined],
    ['2a00:1:2:3::1', 64500],
    ['::1', undefined],
    ['fe80::1%eth0', undefined],
  ] as const) {
    assert.equal(asnOf(ip), asn, ip);
  }
});

test('names may be quoted', () => {
  const names = ['1.0.0.1', '1.0.4.1', '9.9.9.9'].map((ip) => ranges.find(Address.parse(ip) ?? assert.fail())?.name);
  assert.deepEqual(names, ['Cloudflare, Inc.', 'Plain Net', 'Quoted "Net"']);
});

describe('a file of another form is an error, with its line', () => {
  for (const [what, v4, line] of [
    ['prose', 'hello\n', 1],
    ['no number', '1.0.0.0,1.0.0.255,AU\n', 1],
    ['a number of no network', '1.0.0.0,1.0.0.255,0,x\n', 1],
    ['not in order', `${V4}1.0.0.0,1.0.0.255,1,x\n`, 5],
    ['backwards', '1.0.0.9,1.0.0.1,1,x\n', 1],
    ['the other family', `${V4}2001::,2001::1,1,x\n`, 5],
    ['a row that goes on in the next line', '1.0.0.0,1.0.0.255\n5,x,y\n', 1],
  ] as const) {
    test(what, () =>
      assert.throws(() => new AsnRanges(v4, V6), new RegExp(`^Error: line ${line}: expected first,last`)),
    );
  }
  test('none of IPv6', () => assert.throws(() => new AsnRanges(V4, '1.0.0.0,1.0.0.1,1,x'), /line 1/));
});

test('an empty file holds nothing', () => {
  assert.equal(new AsnRanges('', '').find(Address.parse('1.0.0.1') ?? assert.fail()), undefined);
});
