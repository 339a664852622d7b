import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../test/support/linear-time.ts';
import { formatAllowFile, parseAllowFile } from './allow-file.ts';

describe('parseAllowFile', () => {
  for (const [line, address, description] of [
    ['192.0.2.1', '192.0.2.1', ''],
    ['  192.0.2.0/24  ', '192.0.2.0/24', ''],
    ['192.0.2.1 Head office', '192.0.2.1', 'Head office'],
    ['192.0.2.1\tHead office', '192.0.2.1', 'Head office'],
    ['192.0.2.1,Head office, west', '192.0.2.1', 'Head office, west'],
    ['192.0.2.1;Head office', '192.0.2.1', 'Head office'],
    ['192.0.2.1  # Head office # 2', '192.0.2.1', 'Head office # 2'],
    ['2001:db8::/48 # v6', '2001:db8::/48', 'v6'],
    ['\ufeff192.0.2.1\r', '192.0.2.1', ''],
  ] as const) {
    it(JSON.stringify(line), () =>
      assert.deepEqual(parseAllowFile(line, 'f'), { entries: [{ address, description }], problems: [] }),
    );
  }

  it('skips empty lines and comments, and counts them', () => {
    const { entries, problems } = parseAllowFile('# list\n\n192.0.2.1\n\nbad\n', 'list.txt');
    assert.equal(entries.length, 1);
    assert.match(problems.join(), /^list\.txt:5: expected an IP address .*, got "bad"$/);
  });

  it('checks everything that the allowlist would refuse', () => {
    const text = `10.0.0.0/7\n10.0.0.0/8\n192.0.2.1 ${'x'.repeat(256)}\n192.0.2.1 a\u0007b\n`;
    assert.deepEqual(parseAllowFile(text, 'f').problems, [
      'f:1: expected an IPv4 network of /16 or narrower, got "10.0.0.0/7"',
      'f:2: expected an IPv4 network of /16 or narrower, got "10.0.0.0/8"; use force (--force) if it is meant',
      'f:3: description: expected at most 255 characters',
      'f:4: description: expected one line without control characters',
    ]);
    assert.deepEqual(parseAllowFile('10.0.0.0/8', 'f', true).problems, []);
  });

  it('does not repeat a very long line', () =>
    assert.ok((parseAllowFile('x'.repeat(1_000_000), 'f').problems[0]?.length ?? 0) < 300));

  it('takes linear time', () => {
    for (const unit of [' ', ' ,;#']) {
      assertLinear(
        unit,
        (length) => `192.0.2.1${unit.repeat(length)}x`,
        (text) => parseAllowFile(text, 'f'),
        100_000,
      );
    }
  });
});

describe('formatAllowFile', () => {
  it('writes what is read back', () => {
    const entries = [
      { target: '192.0.2.1', description: '' },
      { target: '2001:db8::/48', description: 'a, b; c # d' },
    ];
    assert.deepEqual(
      parseAllowFile(formatAllowFile(entries), 'f').entries,
      entries.map(({ target, description }) => ({ address: target, description })),
    );
  });
});
