import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Element, ElementParser } from './elements.ts';

/** As nft 1.0.6 writes it. */
const LISTING = `table inet sipward {
	set block4-32 {
		type ipv4_addr
		flags timeout
		elements = { 192.0.2.1 timeout 1h1s expires 59m58s476ms, 192.0.2.2,
			     255.255.255.255, 192.0.2.3 timeout 7300d expires 7299d23h59m59s996ms }
	}
}
table inet sipward {
	set block6-64 {
		type ipv6_addr
		flags timeout
		elements = { 2001:db8:: timeout 500ms expires 4ms }
	}
}
table inet sipward {
	set block4-flows {
		type ipv4_addr . inet_proto . inet_service
		flags timeout
		elements = { 203.0.113.7 . tcp . 5060,
			     203.0.113.7 . udp . 5071 timeout 1h expires 59m59s996ms }
	}
}
table inet sipward {
	set empty {
		type ipv6_addr
		flags timeout
	}
}
`;

const EXPECTED: readonly Element[] = [
  { set: 'block4-32', key: '192.0.2.1', leftMs: 3_598_476 },
  { set: 'block4-32', key: '192.0.2.2', leftMs: undefined },
  { set: 'block4-32', key: '255.255.255.255', leftMs: undefined },
  { set: 'block4-32', key: '192.0.2.3', leftMs: 7300 * 86_400_000 - 4 },
  { set: 'block6-64', key: '2001:db8::', leftMs: 4 },
  { set: 'block4-flows', key: '203.0.113.7 . tcp . 5060', leftMs: undefined },
  { set: 'block4-flows', key: '203.0.113.7 . udp . 5071', leftMs: 3_599_996 },
];

function parse(chunks: readonly string[]): Element[] {
  const elements: Element[] = [];
  const parser = new ElementParser((element) => elements.push(element));
  for (const chunk of chunks) parser.push(chunk);
  parser.end();
  return elements;
}

describe('listings of sets', () => {
  it('are understood as nft writes them', () => assert.deepEqual(parse([LISTING]), EXPECTED));

  it('are understood wherever they are cut', () =>
    fc.assert(
      fc.property(fc.array(fc.nat(LISTING.length), { maxLength: 8 }), (cuts) => {
        const sorted = [0, ...cuts.toSorted((a, b) => a - b), LISTING.length];
        const chunks = sorted.slice(1).map((cut, index) => LISTING.slice(sorted[index], cut));
        assert.deepEqual(parse(chunks), EXPECTED);
      }),
    ));

  it('that are cut off are an error, never a shorter list', () => {
    assert.throws(() => parse([LISTING.slice(0, LISTING.indexOf('255.'))]), /cut off/);
    assert.throws(() => parse([LISTING.slice(0, LISTING.indexOf(' }'))]), /cut off/);
  });

  it('with a time of another form are an error', () => {
    const listing = LISTING.replace('59m58s476ms', 'soon');
    assert.throws(() => parse([listing]), /no time as nft writes them in "192\.0\.2\.1 timeout 1h1s expires soon"/);
  });
});
