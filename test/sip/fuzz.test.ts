/** Sound messages, broken at random: nothing throws, texts are bounded, and what is not touched is read as before. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MALFORMED_REASONS, parseSip, parseUri, SipFramer } from '../../src/lib/sip/index.ts';
import { MAX_TEXT } from '../../src/lib/text.ts';
import { SIP_SAMPLES } from '../support/sip-samples.ts';
import { DELIMITERS, readEverything, textsIn } from '../support/sip-values.ts';

/** A sample with some stretches replaced, doubled, or filled with what delimits something. */
const broken = fc
  .record({
    sample: fc.constantFrom(...SIP_SAMPLES),
    cuts: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        length: fc.integer({ min: 0, max: 40 }),
        put: fc.oneof(
          fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
          fc
            .tuple(fc.constantFrom(...DELIMITERS), fc.integer({ min: 1, max: 3000 }))
            .map(([text, times]) => Buffer.from(text.repeat(times), 'latin1')),
        ),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ sample, cuts }) =>
    cuts.reduce((bytes, { at, length, put }) => {
      const from = Math.floor(at * bytes.length);
      return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + length)]);
    }, sample),
  );

test('broken messages are read without an exception, and every text is bounded and well-formed', () => {
  fc.assert(
    fc.property(broken, (bytes) => {
      const values = readEverything(bytes);
      assert.ok(values.reason === undefined || MALFORMED_REASONS.includes(values.reason as 'empty'));
      for (const text of textsIn(values)) assert.ok(text.length <= MAX_TEXT && text.isWellFormed());
    }),
    { numRuns: 2000 },
  );
});

test('arbitrary bytes are read without an exception', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => void readEverything(bytes)));
});

test('arbitrary streams are cut without an exception, and no byte is invented', () => {
  const chunks = fc.array(fc.oneof(broken, fc.uint8Array({ maxLength: 100 })), { maxLength: 10 });
  fc.assert(
    fc.property(chunks, (parts) => {
      const framer = new SipFramer();
      let taken = 0;
      for (const part of parts) for (const frame of framer.push(part)) taken += frame === 'ping' ? 0 : frame.length;
      const given = parts.reduce((sum, part) => sum + part.length, 0);
      assert.ok(taken + framer.rest().length <= given);
    }),
    { numRuns: 500 },
  );
});

test('a header that is added in front of the others changes no value', () => {
  const bytes = SIP_SAMPLES[0] as Buffer;
  const lineEnd = bytes.indexOf('\r\n') + 2;
  const { raw: _, ...expected } = readEverything(bytes);
  fc.assert(
    fc.property(fc.stringMatching(/^X-[A-Za-z0-9-]{1,20}$/), fc.stringMatching(/^[ -~]{0,200}$/), (name, value) => {
      const header = Buffer.from(`${name}: ${value}\r\n`);
      const { raw: __, ...values } = readEverything(
        Buffer.concat([bytes.subarray(0, lineEnd), header, bytes.subarray(lineEnd)]),
      );
      assert.deepEqual(values, expected);
    }),
  );
});

test('a display name cannot pass for the address or the tag', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ -~]{0,200}$/), (name) => {
      const quoted = name.replaceAll(/["\\]/g, '\\$&');
      const message = parseSip(`OPTIONS sip:a@b SIP/2.0\r\nFrom: "${quoted}" <sip:real@example.com>;tag=true\r\n\r\n`);
      assert.ok(message.kind === 'request');
      const { from } = message;
      assert.deepEqual([from?.displayName, from?.uri?.user, from?.tag], [name, 'real', 'true']);
    }),
  );
});

test('a URI that is written is read back', () => {
  const user = fc.stringMatching(/^[A-Za-z0-9._+-]{1,30}$/);
  const host = fc.constantFrom('example.com', '192.0.2.1', '[2001:db8::1]');
  const port = fc.option(fc.integer({ min: 0, max: 65_535 }), { nil: undefined });
  fc.assert(
    fc.property(user, host, port, (name, place, number) => {
      const uri = parseUri(`sip:${name}@${place}${number === undefined ? '' : `:${number}`};lr`);
      assert.deepEqual([uri?.user, uri?.host, uri?.port, uri?.parameters], [name, place, number, ';lr']);
    }),
  );
});
