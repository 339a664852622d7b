import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseLoggedAor } from './aor.ts';

describe('parseLoggedAor', () => {
  for (const [text, user, domain] of [
    ['<sip:301@example.com>', '301', 'example.com'],
    ['"100"sip:100@192.0.2.1', '100', '192.0.2.1'],
    ['"100" <sip:100@192.0.2.1:5060;transport=tcp>;tag=1', '100', '192.0.2.1'],
    ['sips:bob@[2001:db8::1]:5061', 'bob', '[2001:db8::1]'],
    ['1001@192.0.2.1', '1001', '192.0.2.1'],
    ['201@::1', '201', '::1'],
    ["<sip:'or''='@192.0.2.1>", "'or''='", '192.0.2.1'],
    ['sip:example.com', '', 'example.com'],
    ['', '', ''],
    ['<>', '', ''],
    ['<tel:+15551234>', '', ''],
    ['sip:j\u00c3\u00b6rg@example.com', 'jörg', 'example.com'],
  ] as const) {
    it(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(parseLoggedAor(text), { user, domain }));
  }

  it('bounds both parts', () => {
    const { user, domain } = parseLoggedAor(`sip:${'u'.repeat(10_000)}@${'d'.repeat(10_000)}`);
    assert.deepEqual([user.length, domain.length], [255, 255]);
  });
});
