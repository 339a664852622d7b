import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RepeatedValue } from './repeated-value.ts';

it('makes a value once while the piece stays the same', () => {
  const made: string[] = [];
  const value = new RepeatedValue((piece) => {
    made.push(piece);
    return piece.toUpperCase();
  });
  assert.equal(value.get('a,udp,b', 2, 5), 'UDP');
  assert.equal(value.get('udp', 0, 3), 'UDP');
  assert.equal(value.get('tcp', 0, 3), 'TCP');
  assert.equal(value.get('tcpx', 0, 4), 'TCPX');
  assert.equal(value.get('', 0, 0), '');
  assert.deepEqual(made, ['', 'udp', 'tcp', 'tcpx', '']);
});
