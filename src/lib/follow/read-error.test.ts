import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasCode, readError } from './read-error.ts';

const failed = (code: string) => Object.assign(new Error(`${code}: oh dear`), { code });

describe('readError', () => {
  it('names the file, and the user that may not read it', () => {
    assert.match(
      readError('/x', failed('EACCES')).message,
      /^cannot read \/x: permission denied for user \d+; expected/,
    );
    assert.equal(readError('/x', failed('EIO')).message, 'cannot read /x: EIO: oh dear');
    assert.equal(readError('/x', 'odd').message, 'cannot read /x: odd');
  });

  it('keeps the cause', () => {
    const cause = failed('EIO');
    assert.equal(readError('/x', cause).cause, cause);
  });
});

describe('hasCode', () => {
  it('is true of an error with one of the codes', () => {
    assert.equal(hasCode(failed('ENOENT'), 'ENOTDIR', 'ENOENT'), true);
    assert.equal(hasCode(failed('ENOENT'), 'ENOTDIR'), false);
    assert.equal(hasCode(new Error('ENOENT'), 'ENOENT'), false);
    assert.equal(hasCode(undefined, 'ENOENT'), false);
  });
});
