import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTarget } from '../../lib/target.ts';
import { network } from '../enforcer.testkit.ts';
import { filterOf } from './connections.ts';

const filter = (targets: readonly string[], allowlist: readonly string[] = [], ports: readonly number[] = []) =>
  filterOf(
    targets.flatMap((text) => parseTarget(text) ?? assert.fail(text)),
    allowlist.map(network),
    ports,
  ).join(' ');

describe('the connections to end', () => {
  it('are those of the targets, IPv6 networks in brackets as ss wants them', () =>
    assert.equal(
      filter(['192.0.2.1', '198.51.100.0/24', '2001:db8::/64', '2001:db8::1']),
      '( dst 192.0.2.1 or dst 198.51.100.0/24 or dst [2001:db8::/64] or dst [2001:db8::1] )',
    ));

  it('are those of a flow alone', () =>
    assert.equal(
      filter(['tcp:192.0.2.1:5071', 'tcp:[2001:db8::1]:5061'], ['192.0.2.0/24']),
      '( dst 192.0.2.1:5071 or dst [2001:db8::1]:5061 ) and not dst 192.0.2.0/24',
    ));

  it('are never those of the allowlist', () =>
    assert.equal(
      filter(['10.0.0.0/8'], ['10.1.0.0/16', '192.0.2.1', '0.0.0.0/0']),
      '( dst 10.0.0.0/8 ) and not dst 10.1.0.0/16 and not dst 0.0.0.0/0',
    ));

  it('are those to the closed ports, if only some are', () =>
    assert.equal(filter(['192.0.2.1'], [], [5060, 5061]), '( dst 192.0.2.1 ) and ( sport = :5060 or sport = :5061 )'));
});
