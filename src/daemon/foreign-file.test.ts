import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignFile } from './foreign-file.ts';

test('captures of other programs and archives are known by their first bytes', () => {
  assert.match(foreignFile(Buffer.from('GMBU\0\x02', 'latin1')) ?? '', /editcap.*Network Monitor$/);
  assert.match(foreignFile(Buffer.from('fd377a585a000004', 'hex')) ?? '', /gzip, got xz$/);
  assert.match(foreignFile(Buffer.from('28b52ffd04', 'hex')) ?? '', /zstd$/);
  for (const text of ['', 'Jul  8 22:55:41 a', '\0\0\0\0\0\0', 'E_SIPWARD,1']) {
    assert.equal(foreignFile(Buffer.from(text)), undefined);
  }
});
