import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatNamed } from '../formats/index.ts';
import { LineReader } from './line-reader.ts';

const reader = () => new LineReader(formatNamed('opensips-events').parser({ sensor: 'edge', now: () => 0 }));
const EVENT = 'E_SIPWARD,1,register.failed,1763864688,0,203.0.113.7,5071';

describe('LineReader', () => {
  it('gives signals in order, counts what it did not understand, and not what is none of its business', () => {
    const { signals, unrecognised } = reader().read([EVENT, '', 'nonsense', 'E_OTHER,1', EVENT.replace('.7', '.8')]);
    assert.deepEqual(
      signals.map(({ address }) => address.text),
      ['203.0.113.7', '203.0.113.8'],
    );
    assert.equal(unrecognised, 1);
  });

  it('keeps the latest ten lines that it did not understand, decoded and cut', () => {
    const lines = reader();
    lines.read([...Array(20).keys()].map((number) => `nonsense ${number}`));
    assert.deepEqual(
      lines.samples,
      [...Array(10).keys()].map((number) => `nonsense ${number + 10}`),
    );
    lines.read(['z\xc3\xbcrich', 'x'.repeat(10_000)]);
    assert.deepEqual(lines.samples.slice(-2), ['zürich', 'x'.repeat(500)]);
  });
});
