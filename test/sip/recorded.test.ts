/** Messages that others made to break parsers: none may throw, and every text stays within its bound. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_TEXT } from '../../src/lib/text.ts';
import { corporaFile } from '../support/corpora.ts';
import { readEverything, textsIn } from '../support/sip-values.ts';
import { readZip } from '../support/zip.ts';

const ARCHIVES: readonly [string, number][] = [
  ['protos-c07-sip-r2-testcases', 4527],
  ['pjsip-fuzz-sip_seed_corpus', 15],
  ['pjsip-fuzz-sip-dialog_seed_corpus', 4],
  ['zeek-sip-corpus', 2],
];

for (const [name, count] of ARCHIVES) {
  const archive = corporaFile(`sip/${name}.zip`);
  test(`${name} is read to the end`, { skip: archive === undefined ? `${name}.zip is not here` : false }, () => {
    assert.ok(archive);
    let messages = 0;
    for (const { name: file, bytes } of readZip(archive)) {
      for (const text of textsIn(readEverything(bytes))) assert.ok(text.length <= MAX_TEXT, file);
      messages++;
    }
    assert.ok(messages >= count, `${messages}`);
  });
}
