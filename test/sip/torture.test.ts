import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { faultOf, parseSip } from '../../src/lib/sip/index.ts';
import { corporaFile } from '../support/corpora.ts';
import { TORTURE_PAGE, torturePage } from './torture-table.ts';

const directory = corporaFile('sip/rfc4475');
const skip = directory === undefined ? 'the torture messages of RFC 4475 and 5118 are not here' : false;

function load(path: string) {
  return parseSip(readFileSync(`${directory}/../${path}`));
}

describe('torture messages', { skip }, () => {
  test('docs/sip-torture.md is what the parser makes of them', () => {
    assert.equal(readFileSync(TORTURE_PAGE, 'utf8'), torturePage(), 'run: npm run torture');
  });

  test('every valid message is read without a fault', () => {
    for (const file of globSync(`${directory}/valid/*`)) {
      const message = parseSip(readFileSync(file));
      assert.ok(message.kind !== 'malformed', file);
      assert.equal(faultOf(message), undefined, file);
    }
  });

  test('a short tortuous INVITE (RFC 4475 section 3.1.1.1)', () => {
    const message = load('rfc4475/valid/wsinv.dat');
    assert.ok(message.kind === 'request');
    assert.equal(faultOf(message), undefined);
    assert.equal(message.from?.displayName, 'J Rosenberg \\"');
    assert.equal(message.from?.tag, '98asjd8');
    assert.deepEqual(message.cseq, { number: 9, method: 'INVITE' });
    assert.equal(message.maxForwards, 68);
    assert.equal(message.via?.host, '192.0.2.2');
  });

  test('escapes mean the character they stand for, and methods have none (sections 3.1.1.3 and 3.1.1.5)', () => {
    const uri = load('rfc4475/valid/esc01.dat');
    assert.ok(uri.kind === 'request');
    assert.equal(uri.uri?.user, 'sips:user@example.com');
    const method = load('rfc4475/valid/esc02.dat');
    assert.ok(method.kind === 'request' && method.method !== 'REGISTER');
  });

  test('one datagram is one message, whatever follows its body (section 3.1.1.8)', () => {
    const message = load('rfc4475/valid/dblreq.dat');
    assert.ok(message.kind === 'request');
    assert.deepEqual([message.method, message.body.length], ['REGISTER', 0]);
  });

  test('an ambiguous port is part of the address (RFC 5118 section 4.3)', () => {
    const message = load('rfc5118/RFC5118_4_3.sip');
    assert.ok(message.kind === 'request');
    assert.deepEqual([message.uri?.host, message.uri?.port], ['[2001:db8::10:5070]', undefined]);
    const clear = load('rfc5118/RFC5118_4_4.sip');
    assert.ok(clear.kind === 'request');
    assert.deepEqual([clear.uri?.host, clear.uri?.port], ['[2001:db8::10]', 5070]);
  });
});
