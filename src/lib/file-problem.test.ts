import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileProblem } from './file-problem.ts';

test('why a file cannot be read is said in words', () => {
  for (const [path, words] of [
    ['/none', 'there is no such file'],
    ['/', 'expected a file, got a directory'],
    ['/etc/passwd/none', 'there is no such file: a part of the path is no directory'],
    ['\0', /^it cannot be read: .*null bytes/],
  ] as const) {
    try {
      readFileSync(path);
      assert.fail(path);
    } catch (error) {
      if (typeof words === 'string') assert.equal(fileProblem(error), words);
      else assert.match(fileProblem(error), words);
    }
  }
});
