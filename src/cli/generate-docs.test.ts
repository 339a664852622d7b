import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PACKAGE_ROOT } from '../config/state-dir.ts';
import { generatedDocs } from './generate-docs.ts';

describe('generated documentation', () => {
  for (const [path, text] of Object.entries(generatedDocs())) {
    it(`${path} is up to date (else: npm run docs)`, () =>
      assert.equal(readFileSync(join(PACKAGE_ROOT, path), 'utf8'), text));
  }
});
