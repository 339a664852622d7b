import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_TEXT } from '../text.ts';
import { firstContact, MAX_CONTACTS, NameAddr, parseContacts } from './name-addr.ts';

test('names, URIs and tags', () => {
  const cases: readonly [string, string, string, string, string][] = [
    ['<sip:a@b>', '', 'sip:a@b', '', '<sip:a@b>'],
    ['"A, B" <sip:a@b;lr>;tag=t', 'A, B', 'sip:a@b;lr', 't', '"A, B" <sip:a@b;lr>'],
    ['"sipvicious"<sip:100@1.1.1.1>;tag=61', 'sipvicious', 'sip:100@1.1.1.1', '61', '"sipvicious"<sip:100@1.1.1.1>'],
    ['Bell, Alexander <sip:a@b>;tag=43', 'Bell, Alexander', 'sip:a@b', '43', 'Bell, Alexander <sip:a@b>'],
    ['sip:a@b;tag=t;x=y', '', 'sip:a@b', 't', 'sip:a@b'],
    ['sip:a@b ; tag = t', '', 'sip:a@b', 't', 'sip:a@b'],
    ['<sip:a@b> ;x="y;tag=z";tag=t', '', 'sip:a@b', 't', '<sip:a@b>'],
    ['"J \\"R\\" <x>" <sip:a@b>', 'J "R" <x>', 'sip:a@b', '', '"J \\"R\\" <x>" <sip:a@b>'],
    ['"" <sip:a@b>', '', 'sip:a@b', '', '"" <sip:a@b>'],
    ['', '', '', '', ''],
  ];
  for (const [text, name, uri, tag, sent] of cases) {
    const parsed = NameAddr.parse(text);
    assert.deepEqual([parsed?.displayName, parsed?.uriText, parsed?.tag, parsed?.sent], [name, uri, tag, sent], text);
  }
  assert.equal(NameAddr.parse('"x" <sip:a@b>')?.uri?.user, 'a');
});

test('what is none', () => {
  for (const text of ['"A <sip:a@b>', '<sip:a@b', '"A" sip:a@b', '<sip:a@b> and more', '"A"']) {
    assert.equal(NameAddr.parse(text), undefined, text);
  }
});

test('a long name hides nothing that follows, and all texts are bounded', () => {
  const parsed = NameAddr.parse(`"${'x'.repeat(9000)}" <sip:1001@example.com>;tag=t`);
  assert.deepEqual([parsed?.uri?.user, parsed?.tag], ['1001', 't']);
  assert.equal(parsed?.sent.length, MAX_TEXT);
  assert.equal(parsed?.displayName.length, MAX_TEXT);
});

test('contacts are split at commas outside quotes and brackets', () => {
  const contacts = parseContacts('"A, B" <sip:a@b;x=1,2>;expires=60, sip:c@d;expires=0 ,, <sip:e@f');
  assert.deepEqual(
    contacts.map((contact) => [contact.displayName, contact.uriText, contact.parameter('expires')]),
    [
      ['A, B', 'sip:a@b;x=1,2', '60'],
      ['', 'sip:c@d', '0'],
      ['', '', undefined],
    ],
  );
  assert.equal(firstContact('"A, B" <sip:a@b>;expires=60, sip:c@d')?.parameter('expires'), '60');
});

test('the number of contacts is bounded', () => {
  assert.equal(parseContacts('sip:a@b,'.repeat(5000)).length, MAX_CONTACTS);
});
