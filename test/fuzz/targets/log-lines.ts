/** Lines of logs in every format, and the JSON of journald and of event_stream. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { FORMAT_NAMES, formatNamed } from '../../../src/formats/index.ts';
import { formatSignal } from '../../../src/formats/opensips-events/format-signal.ts';
import { parseJournalEntry } from '../../../src/sources/journald/journal-entry.ts';
import { EventMessages } from '../../../src/sources/opensips-stream/event-message.ts';
import { JsonFramer } from '../../../src/sources/opensips-stream/json-framer.ts';
import { corporaFile } from '../../support/corpora.ts';
import { series } from '../../support/signals.ts';
import type { FuzzTarget } from '../target.ts';
import { checkSignal, pieces } from './checks.ts';

const NOW = Date.UTC(2026, 6, 15, 12);
const LINES = 12;

/** A few lines each. */
function cut(text: string): readonly Buffer[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  const starts = Array.from({ length: Math.ceil(lines.length / LINES) }, (_, i) => i * LINES);
  return starts.map((start) => Buffer.from(lines.slice(start, start + LINES).join('\n'), 'latin1'));
}

function logs(): readonly Buffer[] {
  const samples = globSync(new URL('../../../src/formats/*/samples.log', import.meta.url).pathname).sort();
  const directory = corporaFile('logs');
  const recorded = directory === undefined ? [] : globSync(`${directory}/**/*.log`).sort();
  const events = series(5, 10, { requestUri: 'sip:a,b%@c', userAgent: 'zoë' }).map(formatSignal).join('\n');
  return [...[...samples, ...recorded].flatMap((file) => cut(readFileSync(file, 'latin1'))), Buffer.from(events)];
}

export const logLines: FuzzTarget = {
  name: 'log-lines',
  seeds: logs,
  words: [
    "'",
    '"',
    ' failed for ',
    ' from ip ',
    ' (IP:',
    ') ',
    '} ',
    '{',
    '[',
    ']: ',
    '(): ',
    ';src_ip=',
    ';code=486',
    '\x1b[0;31m',
    ' - Wrong password',
    'SecurityEvent="InvalidPassword"',
    'RemoteAddress="IPV4/UDP/192.0.2.7/5060"',
    ',RemoteAddress="',
    'Feb 29 10:00:00 h asterisk[1]: ',
    '2026-02-22T10:00:00.250Z ',
    '[2026-02-13 17:21:54] NOTICE[1638] ',
    ' 1(15505) ALERT: ',
    '192.0.2.99',
    '2001:db8::99',
    '[2001:db8::99]:5060',
    '::ffff:192.0.2.99',
    '256.1.1.1',
    '0:0',
    ':65536',
    'E_SIPWARD,1,',
    '%00',
  ],
  maxBytes: 60_000,
  check(input) {
    const lines = input.toString('latin1').split('\n');
    return FORMAT_NAMES.map((name) => {
      const parser = formatNamed(name).parser({ sensor: 'fuzz', now: () => NOW });
      return lines.map((line) => {
        const parsed = parser.parse(line);
        if (typeof parsed === 'string') return parsed;
        checkSignal(parsed);
        return `${parsed.kind} ${parsed.address.text}`;
      });
    });
  },
};

const EVENT = JSON.stringify({
  jsonrpc: '2.0',
  method: 'E_SIPWARD',
  params: ['7 1 register.failed 1763864688 0 203.0.113.7 5071'],
  id: 1,
});
const ENTRY = {
  __CURSOR: 's=1',
  __REALTIME_TIMESTAMP: '1763864688000000',
  _HOSTNAME: 'h',
  SYSLOG_IDENTIFIER: 'asterisk',
  _PID: '1',
};

export const json: FuzzTarget = {
  name: 'json',
  seeds: () =>
    [
      EVENT.repeat(3),
      JSON.stringify({ jsonrpc: '2.0', method: 'E_PIKE_BLOCKED', params: { ip: '192.0.2.7' } }),
      JSON.stringify({ ...ENTRY, MESSAGE: 'NOTICE[1]: chan_sip.c: "x"' }),
      JSON.stringify({
        ...ENTRY,
        MESSAGE: [0, 10, 255, 65],
        _TRANSPORT: 'stdout',
        _STREAM_ID: 'a',
        _LINE_BREAK: 'line-max',
      }),
    ].map((text) => Buffer.from(text)),
  words: [
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    '\\u0000',
    '\\ud800',
    'null',
    '1e999',
    ':',
    ',',
    '"__proto__"',
    '"MESSAGE"',
    '"method"',
    '"params"',
    EVENT,
  ],
  maxBytes: 60_000,
  check(input) {
    const whole = new JsonFramer();
    const chopped = new JsonFramer();
    const atOnce = whole.push(input);
    const inPieces = [...pieces(input)].flatMap((piece) => chopped.push(piece));
    assert.deepEqual([inPieces, chopped.isBroken], [atOnce, whole.isBroken]);
    const messages = new EventMessages('fuzz');
    return [...atOnce, input.toString('utf8')].map((text) => {
      const message = messages.parse(text, NOW);
      if (message?.signal !== undefined) checkSignal(message.signal);
      const entry = parseJournalEntry(text);
      assert.doesNotMatch(entry?.line ?? '', /[\r\n]|[^\0-\xff]/, 'a line of its own');
      return [message?.sequence, message?.id, message?.signal?.kind, entry];
    });
  },
};
