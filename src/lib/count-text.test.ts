import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countText } from './count-text.ts';

test('one is one, and anything else is many', () => {
  assert.deepEqual(
    [0, 1, 2].map((count) => `${countText(count, 'line')}, ${countText(count, 'entry', 'entries')}`),
    ['0 lines, 0 entries', '1 line, 1 entry', '2 lines, 2 entries'],
  );
});
