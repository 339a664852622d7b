import assert from 'node:assert/strict';
import { formatSignal } from '../../../src/formats/opensips-events/format-signal.ts';
import { opensipsEvents } from '../../../src/formats/opensips-events/parser.ts';
import { MAX_TEXT } from '../../../src/lib/text.ts';
import { REFUSAL_REASONS, SIGNAL_KINDS, type Signal, TRANSPORTS } from '../../../src/pipeline/signal.ts';
import { textsIn } from '../../support/sip-values.ts';

/** What holds of every signal, whatever it was made of; and a journal gives it back as it was. */
export function checkSignal(signal: Signal): void {
  assert.ok(SIGNAL_KINDS.includes(signal.kind) && TRANSPORTS.includes(signal.transport));
  assert.ok(Number.isSafeInteger(signal.at) && signal.at >= 0, `at ${signal.at}`);
  checkNumber('port', signal.port, 0, 65_535);
  checkNumber('status', signal.status, 0, 999);
  checkNumber('count', signal.count, 1, Number.MAX_SAFE_INTEGER);
  checkNumber('expires', signal.expires, -1, 0xffffffff);
  assert.ok(signal.kind !== 'request.refused' || REFUSAL_REASONS.includes(signal.reason));
  checkTexts(signal);
  const line = formatSignal(signal);
  assert.doesNotMatch(line, /[\0-\x20\x7f-\uffff]/, 'a line of the journal is plain words');
  const parser = opensipsEvents.parser({ sensor: signal.sensor, now: () => 0 });
  assert.deepEqual(parser.parse(line), signal);
}

export function checkTexts(value: unknown): void {
  for (const text of textsIn(value))
    assert.ok(text.length <= MAX_TEXT && text.isWellFormed(), 'a text too long or ill-formed');
}

export function checkNumber(what: string, value: unknown, min: number, max: number): void {
  assert.ok(Number.isInteger(value) && (value as number) >= min && (value as number) <= max, `${what} is ${value}`);
}

/** Cuts bytes the same way each time, here and there. */
export function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0, step = 1; at < bytes.length; at += step) {
    step = 1 + ((step * 31 + (bytes[at] ?? 0)) % 97);
    yield bytes.subarray(at, at + step);
  }
}
