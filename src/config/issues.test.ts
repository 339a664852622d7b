import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { explainIssues } from './issues.ts';
import type { SchemaNode } from './json-schema.ts';

const schema = z.strictObject({
  threshold: z.int().min(1).max(100).default(10),
  ratio: z.number().gt(0).default(1),
  'api-key': z.string().optional(),
  servers: z.array(z.string()).min(1).optional(),
  sources: z
    .record(
      z.string().regex(/^[a-z]+$/, { error: 'expected a name of lower-case letters' }),
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('file'), path: z.string() }),
        z.strictObject({ type: z.literal('decoy'), port: z.int().min(1).optional() }),
      ]),
    )
    .optional(),
  tls: z.union([z.literal(false), z.strictObject({ cert: z.string() })]).optional(),
});

function explained(value: unknown): readonly string[] {
  const result = schema.safeParse(value);
  const json = z.toJSONSchema(schema, { io: 'input' }) as SchemaNode;
  return result.success
    ? []
    : explainIssues(result.error.issues, json, value).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('explainIssues', () => {
  for (const [name, value, expected] of [
    ['bounds', { threshold: 0 }, 'threshold: expected an integer from 1 to 100, got 0'],
    ['not whole', { threshold: 1.5 }, 'threshold: expected an integer from 1 to 100, got 1.5'],
    ['text for a number', { threshold: '10' }, 'threshold: expected an integer from 1 to 100, got "10"'],
    ['exclusive bound', { ratio: 0 }, 'ratio: expected a number > 0, got 0'],
    ['list too short', { servers: [] }, 'servers: expected a list of at least 1, got []'],
    ['a secret', { 'api-key': 12345 }, 'api-key: expected text in quotes, got something else (not shown)'],
    ['missing key', { sources: { a: { type: 'file' } } }, 'sources.a.path: expected text, got nothing'],
    [
      'key of another branch',
      { sources: { a: { type: 'decoy', path: 'x' } } },
      'sources.a.path: unknown key; known here: type, port',
    ],
    [
      'unknown type',
      { sources: { a: { type: 'syslog' } } },
      'sources.a.type: expected one of file, decoy, got "syslog"',
    ],
    ['no type', { sources: { a: {} } }, 'sources.a.type: expected one of file, decoy, got nothing'],
    ['bad name', { sources: { A1: { type: 'decoy' } } }, 'sources.A1: expected a name of lower-case letters'],
    ['no branch fits', { tls: 5 }, 'tls: expected false or a mapping of keys to values, got 5'],
    ['no text at all', { tls: { cert: [] } }, 'tls.cert: expected text, got []'],
    ['the branch that was meant', { tls: { cert: 5 } }, 'tls.cert: expected text in quotes, got 5'],
  ] as const) {
    it(name, () => assert.deepEqual(explained(value), [expected]));
  }
});
