import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { detectFormat } from './detect.ts';
import { FORMAT_NAMES, FORMATS, formatNamed } from './index.ts';

const OPTIONS = { sensor: 'edge', now: () => Date.UTC(2026, 10, 23) };
const EVENT = 'E_SIPWARD,1,register.failed,1763864688,0,203.0.113.7,5071';
const LOG = 'Nov 23 02:35:01 sbc1 opensips[1]: Door-knock blocked: domain=x src=203.0.113.8 (not found)';
const OTHER_LOG = 'Nov 23 02:35:01 sbc1 systemd[1]: Started Daily apt download activities.';
const detect = (...lines: string[]) => {
  const { type, sure } = detectFormat(lines, FORMATS, OPTIONS);
  return [type, sure];
};

describe('detectFormat', () => {
  it('is sure of the only format that finds a signal', () => {
    assert.deepEqual(detect(EVENT), ['opensips-events', true]);
    assert.deepEqual(detect(OTHER_LOG, '', 'nonsense', LOG), ['opensips-log', true]);
  });

  it('guesses when there is no signal yet', () => {
    assert.deepEqual(detect(OTHER_LOG), ['opensips-log', false]);
    assert.deepEqual(detect('E_CORE_THRESHOLD,x'), ['opensips-events', false]);
  });

  it('has no guess for what no format knows', () => {
    assert.deepEqual(detect(), [undefined, false]);
    assert.deepEqual(detect('', '', 'nonsense', '\0\xff'), [undefined, false]);
  });

  it('is unsure of a mixture, and says what it found', () => {
    const { type, sure, found } = detectFormat([EVENT, LOG, LOG, OTHER_LOG], FORMATS, OPTIONS);
    assert.deepEqual([type, sure], ['opensips-log', false]);
    assert.deepEqual(found['opensips-events'], { signals: 1, ignored: 0 });
    assert.deepEqual(found['opensips-log'], { signals: 2, ignored: 1 });
  });
});

describe('auto', () => {
  it('reads every line in the format that understands it', () => {
    const parser = formatNamed('auto').parser(OPTIONS);
    const addresses = [LOG, EVENT, EVENT, LOG, EVENT].map((line) => {
      const parsed = parser.parse(line);
      return typeof parsed === 'object' ? parsed.address.text : parsed;
    });
    assert.deepEqual(addresses, ['203.0.113.8', '203.0.113.7', '203.0.113.7', '203.0.113.8', '203.0.113.7']);
  });

  it('believes no format where one takes a line for a stranger’s words', () => {
    const parser = formatNamed('auto').parser(OPTIONS);
    const dump = ' 1(7) ERROR: <core> [core/parser/msg_parser.c:749]: parse_msg(): ERROR: parse_msg: message=<x';
    assert.deepEqual(
      [LOG, dump, LOG, EVENT].map((line) => typeof parser.parse(line)),
      ['object', 'string', 'string', 'string'],
    );
    assert.equal(parser.parse('x'.repeat(70_000)), 'unrecognised');
    assert.equal(typeof parser.parse(LOG), 'object');
  });

  it('ignores what one format ignores, and does not understand what none does', () => {
    const parser = formatNamed('auto').parser(OPTIONS);
    assert.equal(parser.parse(OTHER_LOG), 'ignored');
    assert.equal(parser.parse(''), 'ignored');
    assert.equal(parser.parse('nonsense'), 'unrecognised');
  });
});

describe('formatNamed', () => {
  it('finds every name that a configuration may hold, and no other', () => {
    for (const name of FORMAT_NAMES) assert.equal(formatNamed(name).type, name);
    assert.throws(() => formatNamed('syslog'), /unknown format "syslog": expected auto, opensips-events, opensips-log/);
  });
});
