import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PACKAGE_ROOT } from '../config/state-dir.ts';
import { programName } from './program-name.ts';

test('in a checkout the program is named by its path, as short as it can be', () => {
  assert.equal(programName(PACKAGE_ROOT), 'bin/sipward');
  assert.equal(programName('/'), join(PACKAGE_ROOT, 'bin/sipward').slice(1));
  assert.equal(programName(join(PACKAGE_ROOT, 'src')), join(PACKAGE_ROOT, 'bin/sipward'));
  assert.ok(existsSync(join(PACKAGE_ROOT, 'bin/sipward')));
});

test('installed, it is on the PATH', () => {
  assert.equal(programName('/', '/usr/lib/node_modules/sipward'), 'sipward');
});
