import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUri, uriParameter } from './uri.ts';

test('a whole SIP URI', () => {
  assert.deepEqual(parseUri('sip:alice:s%40cret@Example.COM:5070;transport=TCP;lr?Subject=hi&x=y'), {
    scheme: 'sip',
    user: 'alice',
    password: 's@cret',
    host: 'example.com',
    port: 5070,
    parameters: ';transport=TCP;lr',
    headers: 'Subject=hi&x=y',
  });
});

test('users and hosts', () => {
  const cases: readonly [string, string, string, number | undefined][] = [
    ['sip:example.com', '', 'example.com', undefined],
    ['SIPS:1001@example.com', '1001', 'example.com', undefined],
    ['sip:100@[2001:db8::10]', '100', '[2001:db8::10]', undefined],
    ['sip:[2001:db8::10]:5070', '', '[2001:db8::10]', 5070],
    ['sip:user;par=u%40example.net@example.com', 'user;par=u@example.net', 'example.com', undefined],
    ['sip:a?b@example.com', 'a?b', 'example.com', undefined],
    ['sip:%31%30%30%31@example.com', '1001', 'example.com', undefined],
    ['sip:null-%00-null@example.com', 'null-\0-null', 'example.com', undefined],
    ['sip:%C3%A9%ff@example.com', 'é\ufffd', 'example.com', undefined],
    ['sip:100%@example.com', '100%', 'example.com', undefined],
    ['sip::pw@example.com', '', 'example.com', undefined],
  ];
  for (const [text, user, host, port] of cases) {
    const uri = parseUri(text);
    assert.deepEqual([uri?.user, uri?.host, uri?.port], [user, host, port], text);
  }
});

test('tel numbers and other schemes', () => {
  const tel = parseUri('tel:+442079460000;phone-context=example.com');
  assert.deepEqual([tel?.scheme, tel?.user, tel?.host], ['tel', '+442079460000', '']);
  assert.equal(tel === undefined ? undefined : uriParameter(tel, 'phone-context'), 'example.com');
  const other = parseUri('nobodyKnowsThisScheme:totally-opaque');
  assert.deepEqual([other?.scheme, other?.user, other?.host], ['nobodyknowsthisscheme', '', '']);
});

test('parameters by name', () => {
  const uri = parseUri('sip:a@b;Transport=tcp;lr');
  assert.ok(uri);
  assert.equal(uriParameter(uri, 'transport'), 'tcp');
  assert.equal(uriParameter(uri, 'lr'), '');
  assert.equal(uriParameter(uri, 'maddr'), undefined);
});

test('what is no URI', () => {
  for (const text of [
    '',
    'sip:',
    'sip:@example.com',
    'sip:a@',
    'sip:a@b@c',
    'sip:a@b c',
    'sip:a@b:x',
    'sip:a@[::1',
    'sip:2001:db8::10',
    '<sip:a@b>',
    '1001',
    ':a',
    '1a:b',
    'a b:c',
  ]) {
    assert.equal(parseUri(text), undefined, text);
  }
});
