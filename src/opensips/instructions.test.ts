import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { opensipsConfig } from './config.ts';
import { dropInSteps } from './instructions.ts';
import { difference } from './status.ts';

const config = opensipsConfig.parse({});
const places = (text?: string) => dropInSteps(config, text).map((step) => step.afterLines);

describe('dropInSteps', () => {
  it('names the lines of the operator’s own configuration', () => {
    const own = [
      'loadmodule "tm.so"',
      'modparam("tm", "fr_timeout", 2)',
      'startup_route {',
      '}',
      'route {',
      '  create_dialog();',
      '  t_on_reply("nat");',
      '  t_relay();',
      '  if (has_totag())',
      '    t_relay();',
      '}',
      'onreply_route[nat] {',
      '}',
    ].join('\n');
    assert.deepEqual(places(own), [[2], [3], [5], [6, 9], [12], [6]]);
    assert.deepEqual(dropInSteps(config, own)[1]?.lines, ['\troute(sipward_start);']);
  });

  it('brings a startup_route where there is none', () => {
    assert.equal(dropInSteps(config, 'route{\n}')[1]?.lines[0], 'startup_route {');
    assert.deepEqual(places('route{\n}'), [[], [], [1], [], [], []]);
  });

  it('says the same in words when the file is not given', () => {
    assert.deepEqual(places(), Array(6).fill([]));
    assert.ok(dropInSteps(config).every(({ where, lines, why }) => where !== '' && why !== '' && lines.length > 0));
  });
});

describe('difference', () => {
  it('names what is missing and what is too much', () => {
    assert.deepEqual(difference(['a', 'b'], ['b', 'c']), { missing: ['a'], surplus: ['c'] });
    assert.deepEqual(difference([], []), { missing: [], surplus: [] });
  });
});
