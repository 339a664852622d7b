import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LineBuffer, type LineLimits } from './line-buffer.ts';

const LIMITS = { maxLineBytes: 100, maxLines: 1000 };

/** Puts the pieces in one after the other, and takes all lines after each. */
function cut(pieces: readonly (string | Uint8Array)[], limits: LineLimits = LIMITS) {
  const buffer = new LineBuffer(limits);
  const all = { lines: [] as string[], tooLong: 0, bytes: 0, most: 0 };
  for (const [index, piece] of pieces.entries()) {
    for (let rest = Buffer.from(piece); ; ) {
      const copied = rest.copy(buffer.space());
      assert.ok(copied > 0 || rest.length === 0, 'there is space');
      buffer.filled(copied);
      rest = rest.subarray(copied);
      const atEnd = index === pieces.length - 1 && rest.length === 0;
      for (let taken = buffer.take(atEnd); taken !== undefined; taken = buffer.take(atEnd)) {
        all.lines.push(...taken.lines);
        all.tooLong += taken.tooLong;
        all.bytes += taken.bytes;
        all.most = Math.max(all.most, taken.lines.length);
      }
      if (rest.length === 0) break;
    }
  }
  return { ...all, pending: buffer.pending };
}

describe('LineBuffer', () => {
  it('leaves lines that begin with a blank alone where the writer begins them so', () => {
    const { lines, pending } = cut([' 1(7) a\n', ' 1(7) b\n 2(8)', ' c\n'], { ...LIMITS, joinsFolded: false });
    assert.deepEqual([lines, pending], [[' 1(7) a', ' 1(7) b', ' 2(8) c'], 0]);
  });

  const table: readonly [string, string[], string[]][] = [
    ['whole lines', ['a\nb\n'], ['a', 'b']],
    ['a line in pieces', ['a', 'b', 'c\nd', '\n'], ['abc', 'd']],
    ['empty lines', ['\n\na\n\n'], ['', '', 'a', '']],
    ['no line yet', ['abc'], []],
    ['carriage returns as they stand', ['a\r\nb\r\n'], ['a\r', 'b\r']],
    ['any bytes', ['a\0\xff\x80\n'], ['a\0\xc3\xbf\xc2\x80']],
    ['a folded line', ['a\n b\nc\n'], ['a\n b', 'c']],
    ['a folded line in pieces', ['a\n', '\tb', '\n', 'c\n'], ['a\n\tb', 'c']],
    ['a folded line that has not ended', ['x\na\n b'], ['x']],
    ['an indented line at the start', [' a\nb\n'], [' a', 'b']],
    ['a line that might go on, at the end', ['a\n'], ['a']],
  ];
  for (const [title, pieces, lines] of table) it(title, () => assert.deepEqual(cut(pieces).lines, lines));

  it('keeps a line that might go on until it knows', () => {
    const buffer = new LineBuffer(LIMITS);
    buffer.filled(Buffer.from('a\nb\n').copy(buffer.space()));
    assert.deepEqual(buffer.take(false), { lines: ['a'], tooLong: 0, bytes: 2 });
    assert.equal(buffer.take(false), undefined);
    assert.deepEqual(buffer.take(true), { lines: ['b'], tooLong: 0, bytes: 2 });
  });

  it('leaves out and counts lines that are too long, however they come', () => {
    const long = 'x'.repeat(101);
    assert.deepEqual(cut([`a\n${long}\nb\n`]).lines, ['a', 'b']);
    assert.equal(cut([`a\n${long}\nb\n`]).tooLong, 1);
    assert.deepEqual(cut([`a\n${'x'.repeat(100)}\n`]).lines, ['a', 'x'.repeat(100)]);
    assert.deepEqual(cut(['a\n', ...long, '\n', 'b\n']), {
      lines: ['a', 'b'],
      tooLong: 1,
      bytes: 106,
      most: 1,
      pending: 0,
    });
    assert.equal(cut([`a\n ${long}\nb\n`]).lines.join(), 'b');
  });

  it('counts a line of 10 MB as one, in bounded memory', () => {
    const megabyte = Buffer.alloc(1_000_000, 'x');
    const { lines, tooLong, bytes, pending } = cut(['a\n', ...Array<Buffer>(10).fill(megabyte), '\nb\n']);
    assert.deepEqual([lines, tooLong, bytes, pending], [['a', 'b'], 1, 10_000_005, 0]);
  });

  it('takes at most so many lines at once', () => {
    const { lines, most } = cut(['\n'.repeat(1000)], { maxLineBytes: 100, maxLines: 7 });
    assert.deepEqual([lines.length, most], [1000, 7]);
  });

  it('forgets everything when cleared', () => {
    const buffer = new LineBuffer(LIMITS);
    buffer.filled(Buffer.from('abc').copy(buffer.space()));
    buffer.clear();
    assert.equal(buffer.pending, 0);
    buffer.filled(Buffer.from('d\n').copy(buffer.space()));
    assert.deepEqual(buffer.take(true)?.lines, ['d']);
  });

  it('gives the same lines and all bytes, however the input is cut', () => {
    const byte = fc.constantFrom('a', 'b', ' ', '\t', '\n', '\n', '\r', '\0');
    fc.assert(
      fc.property(fc.array(fc.string({ unit: byte, maxLength: 12 }), { minLength: 1 }), (pieces) => {
        const limits = { maxLineBytes: 5, maxLines: 3 };
        const whole = pieces.join('');
        const expected = whole.split(/\n(?![ \t])/).slice(0, -1);
        const got = cut(pieces, limits);
        assert.deepEqual(
          got.lines,
          expected.filter((line) => line.length <= 5),
        );
        assert.equal(got.tooLong, expected.filter((line) => line.length > 5).length);
        assert.equal(got.bytes + got.pending, whole.length);
      }),
      { numRuns: 1000 },
    );
  });
});
