import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from './parse.ts';
import { ConfigError } from './problem.ts';
import { configSchema } from './schema.ts';

/** The lines a user would see for a bad file. */
function complaints(text: string): readonly string[] {
  try {
    parseConfig(text, 'sipward.yaml');
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message.split('\n');
  }
  return assert.fail('the file was accepted');
}

describe('parseConfig: what is accepted', () => {
  for (const text of ['', '# nothing\n', '{}', '---\n', 'null']) {
    it(`gives the defaults for ${JSON.stringify(text)}`, () =>
      assert.deepEqual(parseConfig(text, 'f'), configSchema.parse({})));
  }

  it('keeps what is written and completes the rest', () => {
    const config = parseConfig('enforcement: enforce\nweb:\n  listen: "[::1]:80"\n', 'f');
    assert.equal(config.enforcement, 'enforce');
    assert.deepEqual(config.web.listen, { host: '::1', port: 80 });
    assert.equal(config.web.enabled, true);
  });

  it('reads durations as milliseconds', () =>
    assert.equal(parseConfig('retention: {signals: 1h30m}', 'f').retention.signals, 5_400_000));

  it('expands aliases', () =>
    assert.equal(parseConfig('retention:\n  signals: &t 3d\n  events: *t\n', 'f').retention.events, 3 * 86_400_000));
});

describe('parseConfig: what is refused, and in which words', () => {
  for (const [name, text, expected] of [
    [
      'unknown key with a near name',
      'enforcment: enforce',
      /^sipward\.yaml:1:1: enforcment: unknown key \(did you mean enforcement\?\); known here: state-dir, /,
    ],
    ['unknown key', 'web:\n  zzz: 1', /^sipward\.yaml:2:3: web\.zzz: unknown key; known here: enabled, listen, /],
    [
      'value outside a closed set',
      'enforcement: maybe',
      'sipward.yaml:1:14: enforcement: expected one of dry-run, enforce, got "maybe"',
    ],
    [
      'accounts that nothing could disable',
      'enforcement: enforce\npolicy: {accounts: {on-attack: disable}}',
      'sipward.yaml:2:32: policy.accounts.on-attack: expected watch or hold, or \'enforcers.opensips.enabled: true\': only OpenSIPS knows accounts, got "disable"',
    ],
    [
      'a source that may be silent and is none',
      'sources: {edge: {type: decoy}}\nsilence: {except: [edge, edge from 192.0.2.1, egde]}',
      'sipward.yaml:2:47: silence.except[2]: expected one of the sources (edge), got "egde"',
    ],
    ['wrong kind', 'web:\n  enabled: 7', 'sipward.yaml:2:12: web.enabled: expected true or false, got 7'],
    [
      'scalar for a section',
      'retention: 5',
      'sipward.yaml:1:12: retention: expected a mapping of keys to values, got 5',
    ],
    [
      'bad duration',
      'retention:\n  signals: 30',
      'sipward.yaml:2:12: retention.signals: expected a duration such as 30s, 5m, 1h30m or 7d, got 30',
    ],
    [
      'duration out of range',
      'retention: {events: 3651d}',
      'sipward.yaml:1:21: retention.events: expected a duration of at most 3650d, got "3651d"',
    ],
    [
      'list item',
      'web:\n  allowed-hosts: [good.example, "Bad:1"]',
      'sipward.yaml:2:33: web.allowed-hosts[1]: expected a host name in lower case, without a port, got "Bad:1"',
    ],
    [
      'forgotten value',
      'log:\n  level:',
      'sipward.yaml:2:9: log.level: expected one of debug, info, warn, error, silent, got nothing (leave the key out to use its default)',
    ],
    [
      'unknown kind of section',
      'store: {type: oracle}',
      'sipward.yaml:1:15: store.type: expected one of sqlite, mysql, got "oracle"',
    ],
    [
      'key of another kind',
      'store: {host: db}',
      /^sipward\.yaml:1:9: store\.host: unknown key; known here: type, path$/,
    ],
    ['not a mapping', 'hello', 'sipward.yaml:1:1: expected a mapping of keys to values, got "hello"'],
    ['a list', '- a', 'sipward.yaml:1:1: expected a mapping of keys to values, got ["a"]'],
    ['key written twice', 'web: {}\nweb: {}', /^sipward\.yaml:2:1: not valid YAML: Map keys must be unique/],
    ['broken YAML', 'web: [', /^sipward\.yaml:1:7: not valid YAML: /],
    ['unknown alias', 'web: *nothing', /Unresolved alias/],
    ['prototype as key', '__proto__: {enabled: false}', /^sipward\.yaml:1:1: __proto__: unknown key/],
  ] as const) {
    it(name, () => {
      const [first = '', ...others] = complaints(text);
      if (typeof expected === 'string') assert.equal(first, expected);
      else assert.match(first, expected);
      assert.deepEqual(others, []);
    });
  }

  it('reports everything at once, in the order of the file', () => {
    const lines = complaints('zzz: 1\nlog: {level: loud}\nweb:\n  listen: 8060\n  enabled: yes!\nenforcement: 0\n');
    assert.deepEqual(
      lines.map((line) => line.split(':')[1]),
      ['1', '2', '4', '5', '6'],
    );
  });

  it('does not expand aliases without end', () => {
    const levels = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (let i = 0; i < 9; i++) {
      const [from, to] = [String.fromCharCode(97 + i), String.fromCharCode(98 + i)];
      levels.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(', ')}]`);
    }
    assert.match(complaints(levels.join('\n')).join('\n'), /Excessive alias count/);
  });

  it('does not repeat a very long value', () => {
    const [line = ''] = complaints(`enforcement: ${'x'.repeat(5000)}`);
    assert.ok(line.length < 200, line);
  });
});
