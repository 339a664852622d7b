import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { configJsonSchema, type SchemaNode } from './json-schema.ts';
import { parseConfig } from './parse.ts';
import { ConfigError } from './problem.ts';

/** Accepts, or explains with places inside the file; anything else is a defect. */
function acceptsOrExplains(text: string): void {
  try {
    parseConfig(text, 'f');
  } catch (error) {
    assert.ok(error instanceof ConfigError, `${String(error)} for ${JSON.stringify(text)}`);
    assert.ok(error.problems.length > 0);
    const lines = text.split(/\r\n|\n|\r/).length;
    for (const { line, column, message } of error.problems) {
      assert.ok(line >= 1 && line <= lines + 1, `line ${line} of ${lines}`);
      assert.ok(column >= 1);
      assert.notEqual(message, '');
    }
  }
}

/** Paths of all keys that exist, as lists. */
function keyPaths(node: SchemaNode, above: readonly string[] = []): readonly (readonly string[])[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => [
    [...above, key],
    ...keyPaths(child, [...above, key]),
  ]);
}

function nested(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

const PATHS = keyPaths(configJsonSchema());

describe('parseConfig with anything at all', () => {
  it('accepts or explains any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), acceptsOrExplains), { numRuns: 200 });
  });

  it('accepts or explains text made of YAML', () => {
    const piece = fc.constantFrom(
      'a',
      'web',
      ': ',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '&a ',
      '*a',
      '!!int ',
      '"',
      "'",
      '|\n',
      '#',
      '? ',
      '---\n',
      '<<: ',
      '1',
      'null',
      '\t',
      '%',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => acceptsOrExplains(pieces.join(''))),
      {
        numRuns: 500,
      },
    );
  });

  it('accepts or explains any value under every key there is', () => {
    const value = fc.jsonValue({ maxDepth: 2 });
    fc.assert(
      fc.property(fc.constantFrom(...PATHS), value, (path, json) => acceptsOrExplains(stringify(nested(path, json)))),
      { numRuns: 600 },
    );
  });

  it('names the very key that is wrong', () => {
    for (const path of PATHS) {
      const text = stringify(nested(path, { 'no-such-key': 1 }));
      assert.throws(
        () => parseConfig(text, 'f'),
        (error) => {
          assert.ok(error instanceof ConfigError, String(error));
          // A section says which key is unknown, a value that a mapping is none of what it takes.
          const named = error.problems.map((problem) => problem.path);
          assert.ok(
            named.some((one) => one === path.join('.') || one.startsWith(`${path.join('.')}.`)),
            text,
          );
          return true;
        },
      );
    }
  });
});
