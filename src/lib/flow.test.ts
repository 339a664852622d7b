import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Address } from './address.ts';
import { Flow, type Protocol } from './flow.ts';

describe('a flow', () => {
  for (const [text, canonical] of [
    ['udp:192.0.2.1:5071', 'udp:192.0.2.1:5071'],
    ['tcp:[2001:db8::1]:5061', 'tcp:[2001:db8::1]:5061'],
    ['tcp:[2001:DB8:0::1]:65535', 'tcp:[2001:db8::1]:65535'],
    ['udp:[::ffff:192.0.2.1]:1', 'udp:192.0.2.1:1'],
  ] as const) {
    test(`${text} is read`, () => assert.equal(Flow.parse(text)?.text, canonical));
  }
  for (const text of [
    '',
    '192.0.2.1',
    '192.0.2.1:5071',
    'tls:192.0.2.1:5071',
    'udp:192.0.2.1',
    'udp:192.0.2.1:0',
    'udp:192.0.2.1:05071',
    'udp:192.0.2.1:65536',
    'udp:192.0.2.0/24:5071',
    'udp:2001:db8::1:5071',
    'udp:[2001:db8::/64]:5071',
    'udp:192.0.2.1:5071 ',
  ]) {
    test(`${JSON.stringify(text)} is none`, () => assert.equal(Flow.parse(text), undefined));
  }
  test('is what its text says', () =>
    fc.assert(
      fc.property(
        fc.nat(0xffffffff),
        fc.integer({ min: 1, max: 65_535 }),
        fc.constantFrom<Protocol>('udp', 'tcp'),
        (word, port, protocol) => {
          for (const address of [Address.v4(word), Address.v6(0x20010db8, word, 0, word)]) {
            const flow = new Flow(address, port, protocol);
            const read = Flow.parse(flow.text);
            assert.deepEqual([read?.address.text, read?.port, read?.protocol], [address.text, port, protocol]);
          }
        },
      ),
    ));
  test('has a port', () => {
    for (const port of [0, -1, 65_536, 1.5, Number.NaN]) {
      assert.throws(() => new Flow(Address.v4(1), port, 'udp'), RangeError);
    }
  });
});
