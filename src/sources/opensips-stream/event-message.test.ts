import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EventMessages } from './event-message.ts';

const NOW = 1_784_116_800_000;
const EVENT = '1 register.failed 1784116800 250000 192.0.2.7 5071 udp 1 =UkVHSVNURVI= 401';

function parse(message: unknown) {
  return new EventMessages('remote').parse(JSON.stringify(message), NOW);
}

const event = (text: unknown, method = 'E_SIPWARD_STREAM') => ({ jsonrpc: '2.0', method, params: [text] });

describe('EventMessages', () => {
  it('reads the event of sipward, numbered and not', () => {
    const numbered = parse(event(`17 ${EVENT}`));
    const plain = parse(event(EVENT, 'E_SIPWARD'));
    assert.deepEqual([numbered?.sequence, plain?.sequence], [17, undefined]);
    for (const { signal } of [numbered, plain].filter((one) => one !== undefined)) {
      assert.deepEqual(
        [signal?.kind, signal?.at, signal?.address.text, signal?.method, signal?.sensor],
        ['register.failed', NOW + 250, '192.0.2.7', 'REGISTER', 'remote'],
      );
    }
  });

  it('does not take the version for a number', () => {
    assert.equal(parse(event(`1 ${EVENT}`))?.sequence, 1);
    assert.equal(parse(event(EVENT))?.sequence, undefined);
  });

  it('reads what pike blocked, whatever configuration says so', () => {
    const { signal } = parse({ method: 'E_PIKE_BLOCKED', params: { ip: '2001:db8::7' } }) ?? {};
    assert.deepEqual([signal?.kind, signal?.address.text, signal?.at], ['flood', '2001:db8::7', NOW]);
  });

  it('says which message is waited for', () => {
    assert.equal(parse({ ...event(EVENT), id: 7 })?.id, 7);
    assert.equal(parse(event(EVENT))?.id, undefined);
  });

  it('knows events that are not ours, and what is none', () => {
    assert.deepEqual(parse({ method: 'E_CORE_THRESHOLD', params: {}, id: 3 }), {
      signal: undefined,
      sequence: undefined,
      id: 3,
    });
    for (const wrong of [event(7), event('17 2 x'), event('nonsense'), { method: 'E_PIKE_BLOCKED', params: ['x'] }]) {
      assert.equal(parse(wrong)?.signal, undefined);
    }
    for (const wrong of [{}, [], 3, null, { method: 3 }]) assert.equal(parse(wrong), undefined);
    assert.equal(new EventMessages('remote').parse('{', NOW), undefined);
  });

  it('never throws', () => {
    const message = fc.record({ method: fc.constantFrom('E_SIPWARD', 'E_PIKE_BLOCKED', 'x'), params: fc.jsonValue() });
    fc.assert(fc.property(message, (value) => void parse(value)));
    fc.assert(fc.property(fc.string(), (text) => void parse(event(`1 ${text}`))));
  });
});
