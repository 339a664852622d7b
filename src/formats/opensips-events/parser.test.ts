import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { assertLinear } from '../../../test/support/linear-time.ts';
import { Address } from '../../lib/address.ts';
import { MAX_TEXT, PROVEN, REFUSAL_REASONS, SIGNAL_KINDS, type Signal, TRANSPORTS } from '../../pipeline/signal.ts';
import { formatSignal } from './format-signal.ts';
import { opensipsEvents } from './parser.ts';

const parser = opensipsEvents.parser({ sensor: 'edge', now: () => 0 });
const parse = (line: string) => parser.parse(Buffer.from(line).toString('latin1'));
const signal = (line: string): Signal => {
  const parsed = parse(line);
  assert.ok(typeof parsed === 'object', `${line}: ${String(parsed)}`);
  return parsed;
};

const FULL =
  'E_SIPWARD,1,register.failed,1763864688,512043,203.0.113.7,5071,udp,1,REGISTER,401,Unauthorized,1001,example.com,' +
  'sip%3Aexample.com,friendly-scanner,3848276298220188511,120,3,%221001%22%20%3Csip%3A1001%40example.com%3E,a1,z9hG4bK-7,x,foo,asterisk';

/** FULL with one field (numbered as on the reference page) replaced. */
const withField = (number: number, value: string) =>
  FULL.split(',')
    .with(number - 1, value)
    .join(',');

describe('opensips-events: a full line', () => {
  it('has every field', () => {
    assert.deepEqual(
      { ...signal(FULL), address: signal(FULL).address.text },
      {
        kind: 'register.failed',
        at: 1763864688512,
        address: '203.0.113.7',
        port: 5071,
        transport: 'udp',
        sensor: 'edge',
        proven: 'yes',
        method: 'REGISTER',
        status: 401,
        reason: 'Unauthorized',
        user: '1001',
        domain: 'example.com',
        requestUri: 'sip:example.com',
        userAgent: 'friendly-scanner',
        callId: '3848276298220188511',
        expires: 120,
        count: 3,
        from: '"1001" <sip:1001@example.com>',
        fromTag: 'a1',
        branch: 'z9hG4bK-7',
        detail: 'x',
        authUser: 'foo',
        authRealm: 'asterisk',
      },
    );
  });

  it('may end after any field from the seventh on', () => {
    const fields = FULL.split(',');
    for (let length = 1; length < 7; length++) assert.equal(parse(fields.slice(0, length).join(',')), 'unrecognised');
    for (let length = 7; length <= 25; length++) {
      const short = signal(fields.slice(0, length).join(','));
      assert.deepEqual(short, signal([...fields.slice(0, length), ...Array(25 - length).fill('')].join(',')));
      assert.deepEqual(Object.keys(short), Object.keys(signal(FULL)));
    }
    assert.equal(parse(`${FULL},`), 'unrecognised');
  });

  it('says "not said" for what is missing', () => {
    const { proven, transport, status, expires, count, reason, detail } = signal(
      'E_SIPWARD,1,call.started,1763864688,,::1,',
    );
    assert.deepEqual(
      [proven, transport, status, expires, count, reason, detail],
      ['unknown', 'unknown', 0, -1, 1, '', ''],
    );
  });
});

describe('opensips-events: verdict by field', () => {
  const verdicts: readonly [number, string, 'unrecognised' | 'ignored' | Partial<Signal>][] = [
    [1, 'E_PIKE_BLOCKED', 'ignored'],
    [1, 'X_SIPWARD', 'unrecognised'],
    [1, ' E_SIPWARD', 'unrecognised'],
    [2, '2', 'unrecognised'],
    [2, '', 'unrecognised'],
    [3, 'register.maybe', 'unrecognised'],
    [3, '', 'unrecognised'],
    [3, '__proto__', 'unrecognised'],
    [4, '', 'unrecognised'],
    [4, '-5', 'unrecognised'],
    [4, '1763864688.5', 'unrecognised'],
    [4, '9999999999999', 'unrecognised'],
    [5, '', { at: 1763864688000 }],
    [5, '999', { at: 1763864688000 }],
    [5, '1000000', 'unrecognised'],
    [6, '', 'unrecognised'],
    [6, '203.0.113.07', 'unrecognised'],
    [6, '203.0.113.256', 'unrecognised'],
    [6, 'example.com', 'unrecognised'],
    [6, '2001:DB8::7', { address: Address.parse('2001:db8::7')! }],
    [6, '[2001:db8::7]', { address: Address.parse('2001:db8::7')! }],
    [6, '::ffff:203.0.113.7', { address: Address.parse('203.0.113.7')! }],
    [7, '', { port: 0 }],
    [7, '65535', { port: 65535 }],
    [7, '65536', 'unrecognised'],
    [7, 'sip', 'unrecognised'],
    [8, 'wss', { transport: 'wss' }],
    [8, 'TLS', { transport: 'tls' }],
    [8, 'sctp', { transport: 'unknown' }],
    [9, '0', { proven: 'no' }],
    [9, '', { proven: 'unknown' }],
    [9, '2', 'unrecognised'],
    [10, 'R%C3%A9G', { method: 'RéG' }],
    [11, '4xx', 'unrecognised'],
    [11, '1000', 'unrecognised'],
    [13, 'Z%C3%BCrich', { user: 'Zürich' }],
    [13, 'Zürich', { user: 'Zürich' }],
    [13, 'a%FFb', { user: 'a\ufffdb' }],
    [13, '100%', { user: '100%' }],
    [13, '%zz%2', { user: '%zz%2' }],
    [13, 'a%2Cb%0Ac%00', { user: 'a,b\nc\0' }],
    [13, '%25%32%35', { user: '%25' }],
    [18, 'never', { expires: -1 }],
    [18, '-1', { expires: -1 }],
    [18, '99999999999999999999', { expires: -1 }],
    [18, '99999999999', { expires: 4294967295 }],
    [18, '0', { expires: 0 }],
    [19, '', { count: 1 }],
    [19, '0', { count: 1 }],
    [19, 'many', { count: 1 }],
    [19, '250', { count: 250 }],
  ];
  for (const [number, value, expected] of verdicts) {
    it(`field ${number} = ${JSON.stringify(value)}`, () => {
      const line = withField(number, value);
      if (typeof expected === 'string') assert.equal(parse(line), expected);
      else assert.partialDeepStrictEqual(signal(line), expected);
    });
  }

  it('knows the reasons of a refusal and no others', () => {
    const refused = (reason: string) => parse(withField(3, 'request.refused').replace('Unauthorized', reason));
    for (const reason of REFUSAL_REASONS) assert.equal((refused(reason) as Signal).reason, reason);
    for (const reason of ['', 'because', 'DECOY']) assert.equal(refused(reason), 'unrecognised');
  });

  it('cuts long texts where they enter', () => {
    assert.equal(signal(withField(16, 'a'.repeat(40_000))).userAgent.length, MAX_TEXT);
    assert.equal(signal(withField(16, '%61'.repeat(40_000))).userAgent.length, MAX_TEXT);
    assert.equal(signal(withField(16, `a${'%F0%9F%98%80'.repeat(1000)}`)).userAgent, `a${'😀'.repeat(511)}`);
  });
});

describe('opensips-events: as OpenSIPS writes them', () => {
  const base64 = (bytes: string) => `=${Buffer.from(bytes, 'latin1').toString('base64')}`;
  const line = (userAgent: string, expires = '=<null>', event = 'E_SIPWARD,') =>
    `${event}1 register.failed 1763864688 512043 0:0:0:0:0:0:0:1 5071 udp 1 =UkVHSVNURVI= 401 =VW5hdXRob3JpemVk ` +
    `=MTAwMQ== =<null> =c2lwOmV4YW1wbGUuY29t ${userAgent} =MTIz ${expires}  =<null> =YTE= =ejlo =<null>`;

  it('reads blanks as separators and base64 as text', () => {
    const got = signal(line(base64('friendly-scanner'), base64('120')));
    assert.deepEqual(
      [got.address.text, got.method, got.status, got.reason, got.user, got.domain, got.requestUri, got.userAgent],
      ['::1', 'REGISTER', 401, 'Unauthorized', '1001', '', 'sip:example.com', 'friendly-scanner'],
    );
    assert.deepEqual(
      [got.callId, got.expires, got.count, got.from, got.fromTag, got.branch],
      ['123', 120, 1, '', 'a1', 'z9h'],
    );
  });

  it('reads what percent-encoding in OpenSIPS cannot write', () => {
    for (const [bytes, text] of [
      ['a\0b', 'a\0b'],
      ['fold\r\n more', 'fold\r\n more'],
      ["x', 'y'); DROP TABLE blocked_ips; --", "x', 'y'); DROP TABLE blocked_ips; --"],
      ['\xe2\x98\x8e', '☎'],
      ['\xff', '\ufffd'],
      ['%41,=', '%41,='],
      ['z'.repeat(5000), 'z'.repeat(MAX_TEXT)],
    ] as const) {
      assert.equal(signal(line(base64(bytes))).userAgent, text);
      assert.equal(signal(line(base64(bytes))).callId, '123');
    }
  });

  it('knows an absent value from one that says <null>', () => {
    assert.equal(signal(line('=<null>')).userAgent, '');
    assert.equal(signal(line(base64('<null>'))).userAgent, '<null>');
  });

  it('takes an Expires that is no number as not said', () => {
    assert.equal(signal(line('', base64('soon'))).expires, -1);
  });

  it('accepts what an operator made the delimiter of event_flatstore', () => {
    for (const delimiter of [',', ';', '|', '\t', ' ']) {
      assert.equal(signal(line('=YQ==', '', `E_SIPWARD${delimiter}`)).userAgent, 'a');
    }
    assert.equal(parse(line('=YQ==', '', 'E_SIPWARD2')), 'unrecognised');
    assert.equal(parse(FULL.replace('E_SIPWARD,1,', 'E_SIPWARD,1;')), 'unrecognised');
  });
});

describe('opensips-events: hostile input', () => {
  it('never throws, whatever the bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString('latin1'));
    fc.assert(fc.property(bytes, (line) => parser.parse(line) !== undefined));
    fc.assert(fc.property(bytes, (rest) => parser.parse(`E_SIPWARD,1,${rest}`) !== undefined));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 23 }), bytes, (number, value) => {
        assert.notEqual(parser.parse(withField(number, value)), undefined);
      }),
    );
  });

  it('takes a whole fake line inside a field as text', () => {
    const fake = FULL.replace('203.0.113.7', '192.0.2.99');
    const got = signal(withField(17, encodeURIComponent(`\n${fake}\n`)));
    assert.equal(got.address.text, '203.0.113.7');
    assert.equal(got.callId, `\n${fake}\n`);
  });

  it('costs time linear in the length of the line', () => {
    for (const unit of [',', '%', '%4', '%C3', 'a', '\xff']) {
      assertLinear(
        unit,
        (length) => withField(16, unit.repeat(length)),
        (line) => parser.parse(line),
      );
    }
  });
});

const text = fc.string({ unit: 'binary', maxLength: 60 });
const address = fc.oneof(
  fc.ipV4().map((value) => Address.parse(value)!),
  fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()).map(([a, b, c, d]) => Address.v6(a, b, c, d)),
);
const anySignal = fc
  .record({
    kind: fc.constantFrom(...SIGNAL_KINDS),
    at: fc.nat({ max: 4_000_000_000_000 }),
    address,
    port: fc.nat({ max: 65535 }),
    transport: fc.constantFrom(...TRANSPORTS),
    sensor: fc.constant('edge'),
    proven: fc.constantFrom(...PROVEN),
    method: text,
    status: fc.nat({ max: 999 }),
    reason: text,
    user: text,
    domain: text,
    requestUri: text,
    userAgent: text,
    callId: text,
    expires: fc.integer({ min: -1, max: 4294967295 }),
    count: fc.integer({ min: 1, max: 1_000_000 }),
    from: text,
    fromTag: text,
    branch: text,
    detail: text,
    authUser: text,
    authRealm: text,
  })
  .map((fields) => (fields.kind === 'request.refused' ? { ...fields, reason: 'decoy' } : fields) as Signal);

describe('formatSignal', () => {
  it('is read back as the same signal, whatever the text', () => {
    fc.assert(
      fc.property(anySignal, (original) => {
        const line = formatSignal(original);
        assert.match(line, /^[\x21-\x7e]+$/);
        const back = parser.parse(line);
        assert.ok(typeof back === 'object');
        assert.deepEqual({ ...back, address: back.address.text }, { ...original, address: original.address.text });
      }),
      { numRuns: 500 },
    );
  });

  it('writes half a surrogate pair as U+FFFD, and no empty fields at the end', () => {
    const base = signal('E_SIPWARD,1,flood,1763864688,5000,192.0.2.1,');
    assert.equal(formatSignal(base), 'E_SIPWARD,1,flood,1763864688,5000,192.0.2.1,');
    assert.equal(signal(formatSignal({ ...base, user: 'a\ud800b' })).user, 'a\ufffdb');
  });
});
