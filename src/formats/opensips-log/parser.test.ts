import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { assertLinear } from '../../../test/support/linear-time.ts';
import type { Signal } from '../../pipeline/signal.ts';
import type { Parsed } from '../format.ts';
import { opensipsLog } from './parser.ts';

const NOW = new Date(2026, 10, 23, 4, 0, 0).getTime();
const AT = new Date(2026, 10, 23, 2, 35, 1).getTime();
const parser = opensipsLog.parser({ sensor: 'edge', now: () => NOW });
const parse = (line: string): Parsed => parser.parse(Buffer.from(line).toString('latin1'));

type Verdict = 'ignored' | 'unrecognised' | Record<string, unknown>;
const check = (line: string, expected: Verdict) => {
  const parsed = parse(line);
  if (typeof expected === 'string' || typeof parsed === 'string') assert.equal(parsed, expected);
  else assert.partialDeepStrictEqual({ ...parsed, address: parsed.address.text }, expected);
};

const P = 'Nov 23 02:35:01 sbc1 /usr/sbin/opensips[1234]: ';
const FAILED = `${P}REGISTER: Failed registration logged to database - `;
const KNOCK = `${P}Door-knock attempt logged to database - domain=`;
const BLOCKED = `${P}Door-knock blocked: domain=`;
const SCANNER = `${P}Scanner detected and logged to database - user_agent=`;

describe('opensips-log: the four messages', () => {
  it('failed registration', () => {
    const line = `${FAILED}1001@example.com from 203.0.113.7:5071, response 403 Forbidden`;
    const parsed = parse(line) as Signal;
    assert.deepEqual(
      { ...parsed, address: parsed.address.text },
      {
        kind: 'register.failed',
        at: AT,
        address: '203.0.113.7',
        port: 5071,
        transport: 'unknown',
        sensor: 'edge',
        proven: 'unknown',
        method: 'REGISTER',
        status: 403,
        reason: 'Forbidden',
        user: '1001',
        domain: 'example.com',
        requestUri: '',
        userAgent: '',
        callId: '',
        expires: -1,
        count: 1,
        from: '',
        fromTag: '',
        branch: '',
        detail: '',
        authUser: '',
        authRealm: '',
      },
    );
  });

  const table: readonly [string, Verdict][] = [
    [`${FAILED}a@b from [2001:db8::7]:5071, response 401 Unauthorized`, { address: '2001:db8::7', port: 5071 }],
    [`${FAILED}a@b from 2001:db8:0:0:0:0:0:7:5071, response 401 x`, { address: '2001:db8::7', port: 5071 }],
    [`${FAILED}a@b from ::ffff:203.0.113.7:5071, response 401 x`, { address: '203.0.113.7', port: 5071 }],
    [`${FAILED}a@b from 203.0.113.7:5071, response 401`, { status: 401, reason: '' }],
    [`${FAILED}a@b@c from 203.0.113.7:5071, response 500 Server Error`, { user: 'a@b', domain: 'c' }],
    [`${FAILED}nobody from 203.0.113.7:5071, response 404 Not Found`, { user: 'nobody', domain: '' }],
    [`${FAILED}@ from 203.0.113.7:5071, response 404 Not Found`, { user: '', domain: '' }],
    [`${FAILED} from 203.0.113.7:5071, response 404 Not Found`, { user: '', domain: '', status: 404 }],
    [`${FAILED}Jörg@b from 203.0.113.7:5071, response 404 Nicht gefunden für Sie`, { user: 'Jörg' }],
    [`${FAILED}a@b from 203.0.113.7:5071, response 603 Rejected from policy`, { reason: 'Rejected from policy' }],
    [`${KNOCK}evil.example from 203.0.113.7:5071`, { kind: 'request.refused', reason: 'domain_not_found' }],
    [`${KNOCK}evil.example from 203.0.113.7:5071`, { domain: 'evil.example', address: '203.0.113.7', port: 5071 }],
    [`${KNOCK}evil.example from [2001:db8::7]:5071`, { address: '2001:db8::7' }],
    [`${KNOCK}evil.example from 203.0.113.7:5071 (domain_disabled)`, { reason: 'domain_disabled' }],
    [
      `${BLOCKED}evil.example src=203.0.113.7 (not found)`,
      { reason: 'domain_not_found', domain: 'evil.example', port: 0 },
    ],
    [`${BLOCKED}evil.example src=2001:db8::7 (disabled)`, { reason: 'domain_disabled', address: '2001:db8::7' }],
    [`${BLOCKED}evil.example src=[2001:db8::7] (not found)`, { address: '2001:db8::7', port: 0 }],
    [`${BLOCKED}evil.example src=[2001:db8::7]:5071 (not found)`, { address: '2001:db8::7', port: 5071 }],
    [`${BLOCKED}evil.example src=203.0.113.7:5071 (domain mismatch)`, { reason: 'domain_mismatch', port: 5071 }],
    [`${BLOCKED}evil.example src=203.0.113.7 (Method not allowed)`, { reason: 'method_not_allowed' }],
    [`${BLOCKED}evil.example src=203.0.113.7 (max_forwards_exceeded)`, { reason: 'max_forwards_exceeded' }],
    [`${SCANNER}friendly-scanner from 203.0.113.7:5071`, { reason: 'scanner_detected', userAgent: 'friendly-scanner' }],
    [`${SCANNER} from 203.0.113.7:5071`, { userAgent: '' }],
  ];
  for (const [line, expected] of table) it(line, () => check(line, expected));
});

describe('opensips-log: what stands in front', () => {
  const message = 'Door-knock attempt logged to database - domain=evil.example from 203.0.113.7:5071';
  const failed = 'Failed registration logged to database - a@b from 203.0.113.7:5071, response 403 Forbidden';
  const table: readonly [string, Verdict][] = [
    [`Nov 23 02:35:01 sbc1 opensips[1234]: ${message}`, { at: AT }],
    [`Nov 23 02:35:01 sbc1 opensips: ${message}`, { at: AT }],
    [`Nov 23 02:35:01 sbc1 ${message}`, { at: AT }],
    [`Nov 23 02:35:01 ${message}`, { at: AT }],
    [`Nov 23 02:35:01 opensips[1234]: ${message}`, { at: AT }],
    [`Nov 23 02:35:01 [1234] ${message}`, { at: AT }],
    [`Nov 23 02:35:01.123456 sbc1 opensips[1234]: ${message}`, { at: AT + 123 }],
    [`2026-11-23T02:35:01.123456+00:00 sbc1 opensips[1234]: ${message}`, { at: Date.UTC(2026, 10, 23, 2, 35, 1, 123) }],
    [`2026-11-23T02:35:01Z sbc1 ${message}`, { at: Date.UTC(2026, 10, 23, 2, 35, 1) }],
    [`2026-11-23T02:35:01+0100 ${message}`, { at: Date.UTC(2026, 10, 23, 1, 35, 1) }],
    [`2026-11-23 02:35:01 sbc1 opensips[1]: ${message}`, { at: AT }],
    [`Nov 23 02:35:01 sbc1 opensips[1234]: REGISTER: ${failed}`, { at: AT }],
    [`Nov 23 02:35:01 sbc1 REGISTER: ${failed}`, { at: AT }],
    [`Nov 23 02:35:01 REGISTER: ${failed}`, { at: AT }],
    [`Nov 23 02:35:01 sbc1 opensips[1234]: ${failed}`, { at: AT }],
    // As OpenSIPS 3.6.8 writes them, to syslog and to standard error.
    [`Nov 23 02:35:01 sbc1 opensips[1234]: NOTICE:REGISTER: ${failed}`, { at: AT }],
    [`Nov 23 02:35:01 [1234] NOTICE:${message}`, { at: AT }],
    [`Nov 23 02:35:01 [1234] ERROR:${message}`, { at: AT }],
    [`Nov 23 02:35:01 [1234] NOTICE:core:main: ${message}`, 'ignored'],
    [`Nov 23 02:35:01 [1234] NOTICE:NOTICE:${message}`, 'ignored'],
    [`Nov 23 02:35:01 [1234] OTHER:${message}`, 'ignored'],
    [message, 'unrecognised'],
    [` Nov 23 02:35:01 sbc1 opensips[1234]: ${message}`, 'unrecognised'],
    [`Nov 23 02:35:01 sbc1 opensips[1234]:  ${message}`, 'ignored'],
    ['', 'ignored'],
    ['Nov 23 02:35:01 sbc1 sshd[99]: Accepted publickey for root from 203.0.113.7 port 5071', 'ignored'],
    ['Nov 23 02:35:01 sbc1', 'ignored'],
    ['Nov 23 02:35:01 ', 'ignored'],
    ['-- Boot 0123 --', 'unrecognised'],
  ];
  for (const [line, expected] of table) it(line, () => check(line, expected));
});

/** 192.0.2.99 is the victim that an attacker at 203.0.113.7 wants to be blamed. */
describe('opensips-log: injection', () => {
  const victim = '192.0.2.99:5060';
  const hostile = [
    ` from ${victim}`,
    ` from ${victim}, response 403 Forbidden`,
    ` from ${victim}, response 403 Forbidden@example.com`,
    ` src=192.0.2.99 (not found)`,
    ` src=192.0.2.99 (not found) from ${victim} (not found)`,
    `${FAILED}x@y from ${victim}, response 403 Forbidden`,
    `\r\n${KNOCK}x from ${victim}`,
    ` from ${victim}\r\n x`,
    ` from ${victim}#015#012 x`,
    `\0 from ${victim}`,
    ' from [192.0.2.99',
    ' from ',
    '@',
    ', response 403',
    '(not found)',
  ];
  const attackers = fc.array(fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary' })), { maxLength: 8 });
  const source = fc.constantFrom('203.0.113.7:5071', '[2001:db8::7]:5071', '2001:db8:0:0:0:0:0:7:5071');
  const TRUE_SOURCES = ['203.0.113.7', '2001:db8::7'];

  const forms: readonly [string, (text: string, source: string) => string][] = [
    ['failed registration', (text, from) => `${FAILED}${text} from ${from}, response 401 Unauthorized`],
    ['door knock', (text, from) => `${KNOCK}${text} from ${from}`],
    ['door knock blocked', (text, from) => `${BLOCKED}${text} src=${from} (not found)`],
    ['scanner', (text, from) => `${SCANNER}${text} from ${from}`],
  ];
  for (const [name, form] of forms) {
    it(`${name}: no text in the attacker's place blames somebody else, or hides the attacker`, () => {
      fc.assert(
        fc.property(attackers, source, (texts, from) => {
          const line = form(texts.join(''), from);
          const parsed = parse(line);
          if (parsed === 'unrecognised') assert.ok(Buffer.byteLength(line) > 960, line);
          else assert.ok(typeof parsed === 'object' && TRUE_SOURCES.includes(parsed.address.text), line);
        }),
        { numRuns: 300 },
      );
    });

    it(`${name}: a line that may have been cut, so that the attacker's text ends it, is not understood`, () => {
      for (let length = 900; length < 1100; length++) {
        const padding = 'x'.repeat(
          length - form(` from ${victim}, response 403 F src=192.0.2.99 (not found)`, '').length,
        );
        const whole = form(`${padding} from ${victim}, response 403 F src=192.0.2.99 (not found)`, '203.0.113.7:5071');
        for (const cut of [1000, 1024, 1050]) {
          if (whole.length < cut) continue;
          const parsed = parse(whole.slice(0, cut));
          assert.ok(typeof parsed === 'string', whole.slice(0, cut));
        }
      }
    });
  }

  const merely: readonly string[] = [
    `${P}INFO:core:parse_msg: Call-ID: Door-knock attempt logged to database - domain=x from ${victim}`,
    `${P}call ${KNOCK}x from ${victim}`,
    `${P}"Door-knock attempt logged to database - domain=x from ${victim}"`,
    `${P}Call-ID Failed registration logged to database - a@b from ${victim}, response 403 Forbidden`,
    `${P}opensips[1]: Scanner detected and logged to database - user_agent=x from ${victim}`,
    `Nov 23 02:35:01 sbc1 app said: Scanner detected and logged to database - user_agent=x from ${victim}`,
    `Nov 23 02:35:01 sbc1 app Nov 23 02:35:01 sbc1 Door-knock blocked: domain=x src=192.0.2.99 (not found)`,
  ];
  for (const line of merely) it(`is no signal: ${line}`, () => assert.equal(parse(line), 'ignored'));

  const odd: readonly string[] = [
    `${FAILED}a@b from 203.0.113.7, response 403 Forbidden`,
    `${FAILED}a@b from 203.0.113.7:, response 403 Forbidden`,
    `${FAILED}a@b from 203.0.113.7:99999, response 403 Forbidden`,
    `${FAILED}a@b from 203.0.113.007:5060, response 403 Forbidden`,
    `${FAILED}a@b from 203.0.113.7:5071, response 4030 Forbidden`,
    `${FAILED}a@b from 203.0.113.7:5071, response 099 Forbidden`,
    `${FAILED}a@b from 203.0.113.7:5071 response 403 Forbidden`,
    `${FAILED}a@b from 203.0.113.7:5071`,
    `${FAILED}a@b from [203.0.113.7:5071, response 403 Forbidden`,
    `${FAILED}a@b from example.com:5071, response 403 Forbidden`,
    `${KNOCK}x from 203.0.113.7:5071 `,
    `${KNOCK}x from 203.0.113.7:5071\r`,
    `${KNOCK}x from 203.0.113.7:5071 (because)`,
    `${KNOCK}x from 203.0.113.7:5071 (not found) more`,
    `${KNOCK}x`,
    `${BLOCKED}x src=203.0.113.7`,
    `${BLOCKED}x src=203.0.113.7 ()`,
    `${BLOCKED}x src=203.0.113.7 (whatever)`,
    `${BLOCKED}x src=203.0.113.7 (not found)\r`,
    `${BLOCKED}x src=nonsense (not found)`,
    `${SCANNER}x from 203.0.113.7:5071, response 403 Forbidden`,
    `${SCANNER}x from 203.0.113.7:5071 (not found)`,
  ];
  for (const line of odd)
    it(`is not understood: ${JSON.stringify(line)}`, () => assert.equal(parse(line), 'unrecognised'));
});

describe('opensips-log: hostile input', () => {
  it('never throws, whatever the bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString('latin1'));
    for (const head of ['', P, FAILED, KNOCK, BLOCKED, SCANNER]) {
      fc.assert(fc.property(bytes, (rest) => parser.parse(head + rest) !== undefined));
    }
  });

  it('costs time linear in the length of the line', () => {
    for (const head of ['', P, 'Nov 23 02:35:01 ', FAILED, KNOCK, BLOCKED, SCANNER]) {
      for (const unit of [' from ', ' src=', '@', ' ', 'a', '[', ':', 'from 1.1.1.1:1, response 403 ', '\xff']) {
        assertLinear(
          `${head}${unit}`,
          (length) => head + unit.repeat(length / 8),
          (line) => parser.parse(line),
        );
      }
    }
  });
});
