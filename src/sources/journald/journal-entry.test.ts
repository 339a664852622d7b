import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { asteriskLog } from '../../formats/asterisk-log/parser.ts';
import { kamailioLog } from '../../formats/kamailio-log/parser.ts';
import { parseJournalEntry } from './journal-entry.ts';

const FIELDS = {
  __CURSOR: 's=1;i=2',
  __REALTIME_TIMESTAMP: '1784116800250123',
  _HOSTNAME: 'pbx',
  SYSLOG_IDENTIFIER: 'asterisk',
  _PID: '12',
  _TRANSPORT: 'syslog',
  MESSAGE: 'NOTICE[1]: a.c:1 in f: hello',
};
const AT = 1_784_116_800_250;

function parse(fields: Record<string, unknown> = {}) {
  return parseJournalEntry(JSON.stringify({ ...FIELDS, ...fields }));
}

describe('parseJournalEntry', () => {
  it('makes a line as syslog would have', () => {
    assert.deepEqual(parse(), {
      line: '2026-07-15T12:00:00.250Z pbx asterisk[12]: NOTICE[1]: a.c:1 in f: hello',
      cursor: 's=1;i=2',
      at: AT,
      stream: '',
      isCut: false,
    });
  });

  it('gives what a program prints no head that would make it a message', () => {
    const entry = parse({ _TRANSPORT: 'stdout', _STREAM_ID: 'abc', MESSAGE: ' 1(2) ALERT: x' });
    assert.deepEqual([entry?.line, entry?.stream], ['2026-07-15T12:00:00.250Z  1(2) ALERT: x', 'abc']);
  });

  it('keeps any bytes, one character each', () => {
    assert.match(parse({ MESSAGE: [0xff, 0x41] })?.line ?? '', /: \xffA$/);
    assert.match(parse({ MESSAGE: 'é' })?.line ?? '', /: \xc3\xa9$/);
  });

  it('lets no line end through, and no strange name', () => {
    const entry = parse({ MESSAGE: 'a\r\nb\n', SYSLOG_IDENTIFIER: 'x y: z\n', _HOSTNAME: 'a b' });
    assert.equal(entry?.line, '2026-07-15T12:00:00.250Z a_b x_y__z_[12]: a b ');
  });

  it('knows what was cut', () => {
    assert.equal(parse({ _LINE_BREAK: 'line-max' })?.isCut, true);
    assert.equal(parse({ _LINE_BREAK: 'eof' })?.isCut, false);
  });

  it('refuses what is no entry', () => {
    for (const text of ['', 'x', '[]', '3', 'null', '{"MESSAGE":"x"}'])
      assert.equal(parseJournalEntry(text), undefined);
    // The last is later than any date.
    for (const time of ['x', '-1', '9'.repeat(20)]) assert.equal(parse({ __REALTIME_TIMESTAMP: time }), undefined);
    assert.equal(parse({ __CURSOR: 7 }), undefined);
  });

  it('never throws on JSON', () => {
    const entry = fc.record({ MESSAGE: fc.jsonValue(), SYSLOG_IDENTIFIER: fc.jsonValue(), _PID: fc.jsonValue() });
    fc.assert(
      fc.property(entry, (fields) => {
        assert.doesNotMatch(parse(fields)?.line ?? '', /[\r\n]/);
      }),
    );
    fc.assert(fc.property(fc.json(), (text) => void parseJournalEntry(text)));
  });
});

describe('entries as the formats read them', () => {
  const options = { sensor: 'test', now: () => 0 };

  it('have the time of the journal', () => {
    const MESSAGE =
      "NOTICE[1]: chan_sip.c:1 in f: Registration from 'sip:1@a' failed for '192.0.2.7:5071' - Wrong password";
    const parsed = asteriskLog.parser(options).parse(parse({ MESSAGE })?.line ?? '');
    assert.ok(typeof parsed === 'object');
    assert.deepEqual([parsed.at, parsed.address.text], [AT, '192.0.2.7']);
  });

  it('are not believed after a complaint of Kamailio that may hold a message, line by line', () => {
    const parser = kamailioLog.parser(options);
    const printed = (MESSAGE: string) => parser.parse(parse({ _TRANSPORT: 'stdout', MESSAGE })?.line ?? '');
    const alert = 'WARNING: pike [p.c:1]: f(): PIKE - BLOCKing ip 192.0.2.7, node=0x1';
    assert.equal(typeof printed(` 1(2) ${alert}`), 'object');
    assert.equal(
      printed(' 1(2) ERROR: <core> [core/parser/msg_parser.c:749]: parse_msg(): message=<x'),
      'unrecognised',
    );
    assert.equal(printed(` 1(2) ${alert}`), 'unrecognised');
    assert.equal(printed(`sbc kamailio[1]: ${alert}`), 'unrecognised');
  });
});
