import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '../config/problem.ts';
import { OperationError } from '../daemon/operation-error.ts';
import { exitCodeOf, UsageError } from './exit-code.ts';

describe('exitCodeOf', () => {
  for (const [name, error, code] of [
    ['a bad configuration', new ConfigError('f', []), 78],
    ['a wrong command line', new UsageError('x'), 2],
    ['a wrong value', new OperationError('invalid', 'x'), 2],
    ['a refusal', new OperationError('refused', 'x'), 1],
    ['something that is not there', new OperationError('not-found', 'x'), 1],
    ['a daemon that does not answer', new OperationError('unavailable', 'x'), 1],
    ['any other error', new Error('x'), 1],
    ['what is no error at all', 'x', 1],
  ] as const) {
    it(`${name} is ${code}`, () => assert.equal(exitCodeOf(error), code));
  }
});
