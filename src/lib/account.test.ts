import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { accountOrDomainValue, accountValue, canonicalAor, domainOf, userOf } from './account.ts';

describe('canonicalAor', () => {
  const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
    '1001@example.com': [
      '1001@example.com',
      '1001@Example.COM',
      '%31001@example.com',
      '%31%30%30%31@example.com',
      '1001;phone-context=x@example.com',
      '1001%3bx@example.com',
    ],
    'anna@example.com': ['Anna@example.com', 'A%4eNA@example.com', '%41nna@example.com'],
    'a@b@c': ['A@B@C'],
    // What the script of OpenSIPS does not undo stays as it is.
    'j%c3%b6rg@example.com': ['J%C3%B6rg@example.com'],
    '%3@example.com': ['%3@example.com'],
    '%31%@example.com': ['%31%@example.com'],
    '%7f1@example.com': ['%7F1@example.com'],
    '%0a1@example.com': ['%0A1@example.com'],
    'jörg%31@example.com': ['jörg%31@example.com'],
    'jÖrg@example.com': ['JÖRG@example.com'],
    // Undone, it would be another escape.
    '%2531001@example.com': ['%2531001@example.com'],
    '%31%2541@example.com': ['%31%2541@example.com'],
  };
  for (const [canonical, spellings] of Object.entries(SPELLINGS)) {
    for (const spelling of spellings) test(spelling, () => assert.equal(canonicalAor(spelling), canonical));
  }

  test('has no other spelling than itself', () => {
    const part = fc.constantFrom(
      '%',
      '25',
      '2',
      '5',
      '3',
      '1',
      '4',
      'A',
      'f',
      ';',
      '@',
      'sip:',
      '%25',
      '%41',
      ' ',
      'ö',
    );
    const user = fc.oneof(
      fc.array(part).map((parts) => parts.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(user, fc.string(), (name, domain) => {
        const aor = canonicalAor(`${name}@${domain}`);
        assert.equal(canonicalAor(aor), aor);
      }),
    );
  });

  test('a half character does not get through', () => assert.equal(canonicalAor('\ud800@b'), '\ufffd@b'));
});

test('an account has a user and a domain', () => {
  assert.deepEqual([userOf('a@b@c'), domainOf('a@b@c')], ['a@b', 'c']);
  assert.deepEqual([userOf('example.com'), domainOf('example.com')], ['', 'example.com']);
});

test('accountValue takes accounts only, and gives the one spelling', () => {
  const parse = (text: unknown) => accountValue().safeParse(text);
  for (const uri of ['sip:1001@Example.com', 'SIPS:1001@example.com'])
    assert.equal(parse(uri).data, '1001@example.com');
  for (const wrong of [
    '1001',
    '',
    '@example.com',
    '1001@',
    'a b@c',
    'a@b\n',
    'a@b@c',
    '%20a@b',
    1001,
    `${'a'.repeat(600)}@b`,
  ]) {
    assert.equal(parse(wrong).success, false, String(wrong));
  }
  assert.throws(() => accountValue().parse('203.0.113.7'), z.ZodError);
});

test('accountOrDomainValue takes a whole domain, too', () => {
  const parse = (text: unknown) => accountOrDomainValue().safeParse(text);
  assert.equal(parse('Example.COM').data, 'example.com');
  assert.equal(parse('Lift@Example.COM').data, 'lift@example.com');
  for (const wrong of ['', 'a b', '@example.com', 5]) assert.equal(parse(wrong).success, false, String(wrong));
});
