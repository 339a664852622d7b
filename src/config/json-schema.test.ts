import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expectedText, foundText } from './expected.ts';
import { branchFor, configJsonSchema, markOf, type SchemaNode, schemaAt } from './json-schema.ts';
import { about, allowedText, defaultOf, isChoice, isSection, markText, namedEntries } from './reference-words.ts';

const FILE: SchemaNode = { type: 'object', properties: { type: { const: 'file' }, path: { type: 'string' } } };
const DECOY: SchemaNode = { type: 'object', properties: { type: { const: 'decoy' }, port: { type: 'integer' } } };
const CHOICE: SchemaNode = { oneOf: [FILE, DECOY] };
const ROOT: SchemaNode = {
  type: 'object',
  properties: {
    sources: { type: 'object', additionalProperties: CHOICE },
    ports: { type: 'array', items: { type: 'integer', minimum: 1, maximum: 65_535 } },
  },
};

describe('configJsonSchema', () => {
  it('is what editors take, and describes every top-level key', () => {
    const schema = configJsonSchema() as SchemaNode & { $schema: string; title: string };
    assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
    assert.equal(schema.title, 'sipward.yaml');
    assert.equal(schema.additionalProperties, false);
    for (const [key, node] of Object.entries(schema.properties ?? {})) assert.ok(node.description, key);
  });

  it('demands nothing: every key is optional', () => assert.equal(configJsonSchema().required, undefined));
});

describe('schemaAt', () => {
  it('finds the node and the value at a path', () => {
    const value = { sources: { edge: { type: 'decoy', port: 'x' } }, ports: [0] };
    assert.deepEqual(schemaAt(ROOT, value, ['sources', 'edge', 'port']), { node: { type: 'integer' }, value: 'x' });
    assert.equal(schemaAt(ROOT, value, ['ports', 0]).node?.maximum, 65_535);
    assert.equal(schemaAt(ROOT, value, ['ports', 0]).value, 0);
  });

  it('knows nothing of paths that do not exist', () =>
    assert.deepEqual(schemaAt(ROOT, {}, ['nothing', 'here']), { node: undefined, value: undefined }));
});

describe('branches of a union', () => {
  it('are told apart by their mark, else by the kind of value', () => {
    assert.equal(branchFor(CHOICE, { type: 'decoy' }), DECOY);
    assert.deepEqual(markOf(FILE), { key: 'type', value: 'file' });
    const mixed: SchemaNode = { anyOf: [{ type: 'boolean', const: false }, { type: 'object' }] };
    assert.deepEqual(branchFor(mixed, {}), { type: 'object' });
    assert.equal(branchFor(mixed, 7), undefined);
    assert.equal(markOf({ type: 'object' }), undefined);
  });
});

describe('expectedText', () => {
  for (const [node, text] of [
    [undefined, 'another value'],
    [{}, 'another value'],
    [{ type: 'integer', minimum: 1 }, 'an integer >= 1'],
    [{ type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }, 'an integer'],
    [{ type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: 5 }, 'an integer <= 5'],
    [{ type: 'number', exclusiveMinimum: 0 }, 'a number > 0'],
    [{ type: 'string' }, 'text'],
    [{ type: 'string', 'x-form': 'a duration' }, 'a duration'],
    [{ type: 'string', enum: ['a', 'b'] }, 'one of a, b'],
    [{ type: 'boolean' }, 'true or false'],
    [{ const: 'x' }, '"x"'],
    [{ type: 'array', minItems: 2 }, 'a list of at least 2'],
    [{ type: 'object' }, 'a mapping of keys to values'],
    [CHOICE, 'a mapping with type one of file, decoy'],
    [{ anyOf: [{ type: 'string' }, { type: 'integer' }] }, 'text or an integer'],
  ] as const) {
    it(text, () => assert.equal(expectedText(node), text));
  }
});

describe('foundText', () => {
  it('shows the value as it would be written, short', () => {
    assert.equal(foundText(['a'], 'x'), '"x"');
    assert.equal(foundText(['a'], [1, { b: null }]), '[1,{"b":null}]');
    assert.equal(foundText(['a'], undefined), 'nothing');
    assert.equal(foundText(['a'], 'x'.repeat(100)).length, 61);
  });

  for (const key of ['password', 'smtp-password', 'api-key', 'key', 'auth-token', 'client-secret']) {
    it(`never shows what stands under ${key}`, () => {
      assert.equal(foundText(['alerts', key], 'hunter2'), 'something else (not shown)');
      assert.equal(foundText([key, 'inner'], 'hunter2'), 'something else (not shown)' as string);
    });
  }

  it('shows keys that only look like secrets', () => assert.equal(foundText(['keyboard'], 'x'), '"x"'));
});

describe('words of the reference', () => {
  it('makes sentences of descriptions', () => {
    assert.equal(about({ description: 'how many' }), 'How many.');
    assert.equal(about({ description: 'Done. Really!' }), 'Done. Really!');
    assert.equal(about({}), '');
    assert.equal(about({ enum: ['off'], description: 'off: not run' }), 'off: not run.');
  });

  it('leaves out a default that is shown beside it', () => {
    assert.equal(about({ default: 5, description: 'How many. Default 5.' }), 'How many.');
    assert.equal(about({ default: [], description: 'Ports. Default []: all.' }), 'Ports.');
    assert.equal(about({ description: 'Place. Default: elsewhere.' }), 'Place. Default: elsewhere.');
    assert.equal(about({ default: 1.5, description: 'Ratio. Default 1.5.' }), 'Ratio.');
  });

  it('says what is allowed', () => {
    assert.equal(allowedText({ type: 'array', items: { type: 'integer', minimum: 1 } }), 'a list of: an integer >= 1');
    assert.equal(allowedText({ type: 'array', items: FILE }), 'a list of mappings');
    assert.equal(allowedText({ enum: ['a', 'b'] }), 'a, b');
  });

  it('tells the kinds of mappings apart', () => {
    assert.equal(isSection(FILE), true);
    assert.equal(isChoice(CHOICE), true);
    assert.equal(isChoice(FILE), false);
    assert.equal(namedEntries(ROOT.properties?.sources ?? {}), CHOICE);
    assert.equal(namedEntries(FILE), undefined);
    assert.equal(markText(DECOY), 'decoy');
    assert.equal(markText({}), '');
  });

  it('lets the section above set a default', () => {
    assert.equal(defaultOf({ default: 1 }, { a: 2 }, 'a'), 2);
    assert.equal(defaultOf({ default: 1 }, {}, 'a'), 1);
    assert.equal(defaultOf({ const: 'x' }, undefined, 'a'), 'x');
  });
});
