import assert from 'node:assert/strict';
import { it } from 'node:test';
import { version } from './version.ts';

it('version is that of the package', () => assert.match(version(), /^\d+\.\d+\.\d+(-[\w.]+)?$/));
