import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { SOURCES } from '../sources/index.ts';
import { exampleConfig } from './example.ts';
import { configJsonSchema, type SchemaNode } from './json-schema.ts';
import { parseConfig } from './parse.ts';
import { configReferencePage } from './reference-page.ts';
import { configSchema } from './schema.ts';

/** Every key of the schema, without the entries that users name. */
function keysOf(node: SchemaNode, path = ''): readonly string[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const place = path === '' ? key : `${path}.${key}`;
    return [place, ...keysOf(child, place)];
  });
}

describe('exampleConfig', () => {
  it('reads as the defaults do', () =>
    assert.deepEqual(parseConfig(exampleConfig(), 'example'), configSchema.parse({})));

  it('shows every key, with a value unless there is no default', () => {
    const written = parse(exampleConfig()) as object;
    for (const path of keysOf(configJsonSchema())) {
      const value = path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], written);
      const key = path.split('.').at(-1);
      assert.ok(value !== undefined || exampleConfig().includes(`# ${key}:`), path);
    }
  });

  it('shows every kind of source, ready to be used', () => {
    // Commented-out keys begin at the very left; what a person comments in must be accepted.
    const section = /^sources:\n(?:[# ].*\n)*/m.exec(exampleConfig())?.[0] ?? '';
    const { sources } = parseConfig(section.replaceAll(/^#(?= {2,})/gm, ''), 'example');
    assert.deepEqual(
      Object.values(sources)
        .map(({ type }) => type)
        .toSorted(),
      SOURCES.map(({ type }) => type).toSorted(),
    );
  });

  it('shows names of entries that may be used as they stand', () => {
    assert.match(exampleConfig(), /^ {4}rates:\n {6}\{\}\n# {6}IL: 20\n# {6}premium: 150\n/m);
    assert.match(exampleConfig(), /^# {4}my-list:\n/m);
    assert.doesNotMatch(exampleConfig(), /my-:/);
  });

  it('explains every key', () => {
    for (const line of exampleConfig()
      .split('\n')
      .filter((one) => one.startsWith('  #')))
      assert.ok(line.length <= 112);
    const undocumented = undescribed(configJsonSchema());
    assert.deepEqual(undocumented, []);
  });
});

function undescribed(node: SchemaNode, path = ''): readonly string[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => [
    ...(child.description === undefined && key !== 'type' ? [`${path}${key}`] : []),
    ...undescribed(child, `${path}${key}.`),
  ]);
}

describe('configReferencePage', () => {
  it('has a row for every key', () => {
    const page = configReferencePage();
    for (const path of keysOf(configJsonSchema())) {
      assert.ok(page.includes(`\`${path}\``) || page.includes(`## ${path}\n`), path);
    }
  });

  it('says what a key takes and what it is without', () => {
    assert.match(configReferencePage(), /\| `enforcement` \| dry-run, enforce \| `"dry-run"` \| dry-run decides/);
    assert.match(configReferencePage(), /\| `retention\.signals` \| a duration up to 3650d \| `"30d"` \|/);
  });
});
