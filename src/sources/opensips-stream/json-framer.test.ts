import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { JsonFramer } from './json-framer.ts';

describe('JsonFramer', () => {
  it('cuts objects apart however they are chopped', () => {
    const objects = fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), { maxLength: 5 });
    fc.assert(
      fc.property(
        objects,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom('', '\n', ' \r\n'),
        (given, size, between) => {
          const texts = given.map((object) => JSON.stringify(object));
          const bytes = Buffer.from(texts.join(between));
          const framer = new JsonFramer();
          const cut: string[] = [];
          for (let at = 0; at < bytes.length; at += size) cut.push(...framer.push(bytes.subarray(at, at + size)));
          assert.deepEqual(cut, texts);
        },
      ),
    );
  });

  it('stops at what is no object', () => {
    for (const wrong of ['[1]', 'x{}', 'GET / HTTP/1.1']) {
      const framer = new JsonFramer();
      assert.deepEqual(framer.push(Buffer.from(`{}${wrong}`)), ['{}']);
      assert.ok(framer.isBroken);
      assert.deepEqual(framer.push(Buffer.from('{}')), []);
    }
  });

  it('stops at an object longer than any event', () => {
    const framer = new JsonFramer();
    framer.push(Buffer.from('{"a":"'));
    framer.push(Buffer.alloc(300_000, 'x'));
    assert.ok(framer.isBroken);
  });

  it('is linear in what comes, byte by byte', () => {
    const framer = new JsonFramer();
    const started = performance.now();
    for (let i = 0; i < 2000; i++) framer.push(Buffer.from(i === 0 ? '{"' : 'x'));
    assert.ok(performance.now() - started < 2000);
    assert.ok(!framer.isBroken);
  });
});
