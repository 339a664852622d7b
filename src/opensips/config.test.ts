import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backEndHost, opensipsConfig, socketHost } from './config.ts';

describe('the configuration of OpenSIPS', () => {
  it('is good when empty', () => {
    const config = opensipsConfig.parse({});
    assert.equal(config.dir, '/etc/opensips/sipward');
    assert.equal(config.limits.register, 10);
    assert.deepEqual([config.limits.invite, config.limits.options, config.limits.other], [30, 60, 100]);
    assert.ok(config.fraud.enabled && config.fraud.rules.length > 3);
  });

  it('takes a domain as its name alone', () => {
    const { domains } = opensipsConfig.parse({ domains: ['a.example', { name: 'b.example', enabled: false }] });
    assert.deepEqual(domains, [
      { name: 'a.example', enabled: true },
      { name: 'b.example', enabled: false },
    ]);
  });

  for (const [name, input, message] of [
    ['a socket without transport', { listen: ['192.0.2.1:5060'] }, /expected TRANSPORT:ADDRESS:PORT/],
    ['a socket on a name', { listen: ['udp:sbc.example:5060'] }, /expected TRANSPORT:ADDRESS:PORT/],
    ['a socket on a port too high', { listen: ['udp:192.0.2.1:65536'] }, /expected TRANSPORT:ADDRESS:PORT/],
    ['a back end that is a name', { 'back-ends': ['pbx.example'] }, /expected ADDRESS or ADDRESS:PORT/],
    ['a trunk that is no network', { trunks: ['carrier'] }, /expected an IP address or CIDR network/],
    ['a path that ends a string', { dir: '/etc/"; exec("x' }, /expected an absolute path/],
    ['a path with a line end', { events: '/var/log/x\ninclude_file' }, /expected an absolute path/],
    ['a domain that ends a string', { domains: ['a"b'] }, /./],
    ['a scanner that is a pattern', { scanners: ['a|.*'] }, /expected part of a user agent/],
    ['a method in small letters', { methods: ['invite'] }, /expected a SIP method in capitals/],
    ['a database of another kind', { database: 'oracle://x' }, /expected none, or a database URL/],
    ['a fraud rule for a word', { fraud: { rules: [{ prefix: 'abc' }] } }, /expected the first digits/],
    ['tls without a certificate', { listen: ['tls:192.0.2.1:5061'] }, /tls-certificate.*expected a PEM file/],
    ['an unknown key', { lisen: [] }, /lisen/],
  ] as const) {
    it(`refuses ${name}`, () => {
      const result = opensipsConfig.safeParse(input);
      assert.equal(result.success, false);
      assert.match(JSON.stringify(result.error?.issues), message);
    });
  }

  it('knows the address in a socket and a back end', () => {
    assert.equal(socketHost('udp:192.0.2.1:5060'), '192.0.2.1');
    assert.equal(socketHost('wss:[2001:db8::1]:8443'), '2001:db8::1');
    assert.equal(backEndHost('10.0.0.10'), '10.0.0.10');
    assert.equal(backEndHost('[2001:db8::1]:5060'), '2001:db8::1');
  });
});
