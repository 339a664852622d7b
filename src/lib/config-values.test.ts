import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import {
  durationValue,
  endpointText,
  endpointValue,
  networkProblem,
  networkValue,
  parseEndpoint,
  targetValue,
} from './config-values.ts';

function messages(schema: z.ZodType, value: unknown): readonly string[] {
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.map((issue) => issue.message);
}

describe('durationValue', () => {
  it('gives milliseconds', () => assert.equal(durationValue().parse('5m'), 300_000));
  it('takes its default as text', () => {
    assert.equal(durationValue().prefault('1h').parse(undefined), 3_600_000);
    assert.deepEqual(z.toJSONSchema(durationValue().prefault('1h'), { io: 'input' }).default, '1h');
  });
  for (const [value, message] of [
    ['5', /^expected a duration such as 30s/],
    [5, /^expected a duration such as 30s/],
    ['-1h', /^expected a duration such as 30s/],
    ['1s', /^expected a duration of at least 10s$/],
    ['2h', /^expected a duration of at most 1h$/],
  ] as const) {
    it(`says what is wrong with ${JSON.stringify(value)}`, () => {
      const [only = '', ...others] = messages(durationValue({ minMs: 10_000, maxMs: 3_600_000 }), value);
      assert.match(only, message);
      assert.deepEqual(others, []);
    });
  }
});

describe('targetValue', () => {
  for (const text of ['192.0.2.1', '2001:db8::/32', 'udp:192.0.2.1:5071', 'tcp:[2001:db8::1]:5061']) {
    it(`reads ${text}`, () => assert.equal(targetValue().parse(text).text, text));
  }
  for (const value of ['udp:192.0.2.1', 'tcp:192.0.2.1:0', 'anna', 5]) {
    it(`refuses ${JSON.stringify(value)}`, () =>
      assert.match(messages(targetValue(), value).join(), /^expected an IP address or CIDR network/));
  }
  for (const value of ['udp:192.0.2.1', 'tls:192.0.2.1:5061', '192.0.2.1:5071', 'tcp:2001:db8::1:5061', 'anna']) {
    it(`says how a port is written, of ${value}`, () =>
      assert.match(
        messages(targetValue(), value).join(),
        /port of an address \(udp:192\.0\.2\.1:5071, tcp:\[2001:db8::1\]:5061\)$/,
      ));
  }
  it('names the network that was probably meant', () =>
    assert.match(messages(targetValue(), '192.0.2.7/24').join(), /without host bits, such as 192\.0\.2\.0\/24$/));
});

describe('networkValue', () => {
  for (const text of ['192.0.2.1', '192.0.2.0/24', '2001:db8::/32', '::1']) {
    it(`reads ${text}`, () => assert.equal(networkValue().parse(text).text, text));
  }
  for (const value of ['not-an-ip', '192.0.2.256', '192.0.2.0/33', 7, '']) {
    it(`refuses ${JSON.stringify(value)}`, () =>
      assert.match(messages(networkValue(), value).join(), /^expected an IP address or CIDR network/));
  }
  it('names the network that was probably meant', () => {
    assert.equal(networkProblem('192.0.2.7/24'), 'expected a network without host bits, such as 192.0.2.0/24');
    assert.match(networkProblem('10.0.0.0/0'), /^expected an IP address or CIDR network/);
    assert.equal(networkProblem('2001:db8::1/48'), 'expected a network without host bits, such as 2001:db8::/48');
  });
});

describe('endpointValue', () => {
  for (const [text, host, port] of [
    ['127.0.0.1:8060', '127.0.0.1', 8060],
    ['[::1]:0', '::1', 0],
    ['[2001:db8::1]:65535', '2001:db8::1', 65535],
  ] as const) {
    it(`reads ${text} and writes it back`, () => {
      const endpoint = endpointValue().parse(text);
      assert.deepEqual(endpoint, { host, port });
      assert.equal(endpointText(endpoint), text);
    });
  }
  for (const text of [
    '8060',
    ':8060',
    'localhost:8060',
    '127.0.0.1',
    '127.0.0.1:65536',
    '::1:8060',
    '[127.0.0.1',
    '1.2.3:1',
  ]) {
    it(`refuses ${text}`, () => {
      assert.equal(parseEndpoint(text), undefined);
      assert.match(messages(endpointValue(), text).join(), /^expected ADDRESS:PORT/);
    });
  }
});
