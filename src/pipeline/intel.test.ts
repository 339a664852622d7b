import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Address } from '../lib/address.ts';
import { NO_INTEL } from './intel.ts';

test('where nothing is configured, nobody is listed', () => {
  for (const ip of ['1.2.3.4', '::1', '0.0.0.0']) {
    assert.equal(NO_INTEL.listing(Address.parse(ip) ?? assert.fail(ip), 0), undefined);
  }
});
