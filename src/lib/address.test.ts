import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Address, keyText, parseV4 } from './address.ts';

const word = fc.integer({ min: 0, max: 0xffffffff });

describe('Address.parse: what is an address, and its canonical text', () => {
  const table: readonly [string, string][] = [
    ['0.0.0.0', '0.0.0.0'],
    ['192.0.2.1', '192.0.2.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1::', '1::'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]', 'fe80::1'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
    ['::192.0.2.1', '::c000:201'],
    // IPv4-mapped is IPv4, however it is written.
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['[::ffff:192.0.2.1]', '192.0.2.1'],
    ['::fffe:192.0.2.1', '::fffe:c000:201'],
  ];
  for (const [text, canonical] of table) it(text, () => assert.equal(Address.parse(text)?.text, canonical));
});

describe('Address.parse: what is none', () => {
  const texts = [
    '',
    ' ',
    '192.0.2',
    '192.0.2.1.',
    '.192.0.2.1',
    '192.0.2.1.5',
    '192.0.2.256',
    '192.0.2.1000',
    '192.0.02.1',
    '192.0.2.01',
    '00.0.2.1',
    '192.0.2.-1',
    '192.0.2.1 ',
    ' 192.0.2.1',
    '192.0..1',
    '0xc0.0.2.1',
    '3221225985',
    '١٩٢.0.2.1',
    '[192.0.2.1]',
    '192.0.2.1:5060',
    '192.0.2.0/24',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    ':1::2',
    '1::2:',
    '12345::',
    '::g',
    '::-1',
    '::192.0.2.256',
    '::192.0.02.1',
    '192.0.2.1::',
    '::192.0.2.1:5',
    '[::1',
    '::1]',
    '[::1]:5060',
    '%eth0',
    'localhost',
    `${'0'.repeat(100)}::1`,
  ];
  for (const text of texts) it(JSON.stringify(text), () => assert.equal(Address.parse(text), undefined));
});

describe('Address: key', () => {
  it('is the address itself for IPv4 and the /64 for IPv6', () => {
    const v4 = Address.parse('192.0.2.1')!;
    assert.deepEqual([v4.family, v4.high, v4.low, v4.countedText], [4, 0xffffffff, 0xc0000201, '192.0.2.1']);
    const a = Address.parse('2001:db8:1:2:3:4:5:6')!;
    const b = Address.parse('2001:db8:1:2::')!;
    assert.deepEqual([a.high, a.low], [b.high, b.low]);
    assert.equal(a.countedText, '2001:db8:1:2::/64');
    assert.deepEqual([a.hostHigh, a.hostLow], [0x00030004, 0x00050006]);
  });

  it('names what was counted', () => {
    fc.assert(
      fc.property(word, word, word, word, (a, b, c, d) => {
        // Multicast (ff00::/8) is never a source; its keys are those of IPv4.
        for (const address of [Address.v4(d), Address.v6(a >>> 1, b, c, d)]) {
          assert.equal(keyText(address.high, address.low), address.countedText);
        }
      }),
    );
  });

  it('differs between IPv4 and any IPv6 address that can send', () => {
    assert.notEqual(Address.parse('fe80::1')!.high, Address.parse('192.0.2.1')!.high);
    assert.equal(Address.v6(0, 0, 0xffff, 0xc0000201).text, '192.0.2.1');
  });
});

describe('Address: text', () => {
  it('is read back as the same address', () => {
    fc.assert(
      fc.property(word, word, word, word, (a, b, c, d) => {
        for (const address of [Address.v4(d), Address.v6(a, b, c, d), Address.v6(a, 0, 0, d), Address.v6(0, 0, c, 0)]) {
          const back = Address.parse(address.text)!;
          assert.deepEqual(
            [back.family, back.high, back.low, back.hostHigh, back.hostLow],
            [address.family, address.high, address.low, address.hostHigh, address.hostLow],
          );
          assert.ok(address.family === 4 ? isIPv4(address.text) : isIPv6(address.text));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('agrees with the host operating system on what is an address', () => {
    const piece = fc.constantFrom(
      '0',
      '1',
      '00',
      '10',
      '255',
      '256',
      'ffff',
      'abcd',
      'fffff',
      '.',
      ':',
      '::',
      '1.2.3.4',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 17 }), (pieces) => {
        const text = pieces.join('');
        assert.equal(Address.parse(text) !== undefined, isIPv4(text) || isIPv6(text), text);
      }),
      { numRuns: 5000 },
    );
  });

  it('is what JSON and templates show', () => {
    const address = Address.parse('2001:DB8::1')!;
    assert.equal(JSON.stringify({ address }), '{"address":"2001:db8::1"}');
    assert.equal(`${address}`, '2001:db8::1');
  });
});

describe('parseV4', () => {
  it('reads only its part of the text', () => {
    const text = 'x192.0.2.1:5060';
    assert.equal(parseV4(text, 1, 10), 0xc0000201);
    assert.equal(parseV4(text, 0, 10), -1);
    assert.equal(parseV4(text, 1, 9), -1);
    assert.equal(parseV4(text, 1, 11), -1);
    assert.equal(parseV4(text, 1, -1), -1);
    assert.equal(parseV4('1.2.3.45', 0, 7), 0x01020304);
    assert.equal(parseV4('1.2.3.4', 0, 8), -1);
    assert.equal(parseV4('1.2.3.', 0, 7), -1);
  });

  it('reads every address and is unsigned', () => {
    fc.assert(
      fc.property(word, (value) =>
        assert.equal(parseV4(`<${Address.v4(value).text}>`, 1, Address.v4(value).text.length + 1), value),
      ),
    );
  });
});
