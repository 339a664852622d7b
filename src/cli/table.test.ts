import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { displayWidth, table } from './table.ts';

const plain = (_tone: string, text: string) => text;
const WIDE = Number.POSITIVE_INFINITY;

describe('table', () => {
  it('aligns columns and ends lines without blanks', () => {
    const text = table(
      [{ title: 'NAME' }, { title: 'COUNT', align: 'right' }, { title: 'NOTE' }],
      [
        ['a', '1', ''],
        ['longer', '1000000', 'x'],
      ],
      plain,
      WIDE,
    );
    assert.equal(text, 'NAME      COUNT  NOTE\na             1\nlonger  1000000  x\n');
  });

  it('cuts the flexible column alone, and never below what is readable', () => {
    const columns = [{ title: 'ADDRESS' }, { title: 'REASON', flexible: true }];
    const rows = [['203.0.113.7', 'a reason that goes on and on and on']];
    assert.equal(table(columns, rows, plain, 30).split('\n')[1], '203.0.113.7  a reason that go…');
    assert.equal(table(columns, rows, plain, 5).split('\n')[1], '203.0.113.7  a reason th…');
    assert.equal(table(columns, rows, plain, 200).split('\n')[1], '203.0.113.7  a reason that goes on and on and on');
  });

  it('shows hostile text harmlessly and still aligned', () => {
    const [, row = ''] = table([{ title: 'A' }, { title: 'B' }], [['\u001b[31mx\n', 'y']], plain, WIDE).split('\n');
    assert.equal(row, '\\x1b[31mx\\x0a  y');
  });

  it('counts wide and combining characters as terminals do', () => {
    assert.equal(displayWidth('電話'), 4);
    assert.equal(displayWidth('e\u0301'), 1);
    assert.equal(displayWidth('\u001b[31mred\u001b[39m'), 3);
    const text = table(
      [{ title: 'A' }, { title: 'B' }],
      [
        ['電話', 'x'],
        ['ab', 'y'],
      ],
      plain,
      WIDE,
    );
    assert.equal(text, 'A     B\n電話  x\nab    y\n');
  });

  it('pads before it colours', () => {
    const marked = (_tone: string, text: string) => `<${text}>`;
    const text = table(
      [{ title: 'A' }, { title: 'B' }],
      [
        [{ text: 'x', tone: 'bad' }, 'y'],
        ['long', 'z'],
      ],
      marked,
      WIDE,
    );
    assert.equal(text.split('\n')[1], '<x   >  y');
  });
});
