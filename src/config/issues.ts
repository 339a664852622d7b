import type { z } from 'zod';
import { nearest } from '../lib/nearest.ts';
import { expectedText, foundText } from './expected.ts';
import { branchFor, type SchemaNode, schemaAt } from './json-schema.ts';

type Issue = z.core.$ZodIssue;

/** A zod issue in our words, with the place it is about. */
export interface Explained {
  readonly path: readonly PropertyKey[];
  /** Whether the key itself is wrong, not its value. */
  readonly atKey: boolean;
  readonly message: string;
}

/** Every issue of a parse, in our words: what is allowed, and what was found. */
export function explainIssues(issues: readonly Issue[], schema: SchemaNode, value: unknown): readonly Explained[] {
  return issues.flatMap((issue) => explain(issue, [], { schema, value }));
}

interface Whole {
  readonly schema: SchemaNode;
  readonly value: unknown;
}

function explain(issue: Issue, above: readonly PropertyKey[], whole: Whole): readonly Explained[] {
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key, whole));
    case 'invalid_union':
      return explainUnion(issue, path, whole);
    case 'invalid_key':
      return [{ path, atKey: true, message: issue.issues.map((inner) => inner.message).join('; ') }];
    case 'custom':
      return [at(path, issue.message, whole)];
    default:
      return [at(path, ownMessage(issue) ?? `expected ${allowedText(path, whole)}`, whole)];
  }
}

/** Messages that a schema gives itself begin with "expected"; zod's own begin otherwise. */
function ownMessage(issue: Issue): string | undefined {
  return issue.message.startsWith('expected ') ? issue.message : undefined;
}

/** YAML takes 49 and true for no text unless they are quoted. */
function allowedText(path: readonly PropertyKey[], whole: Whole): string {
  const { node, value } = schemaAt(whole.schema, whole.value, path);
  const allowed = expectedText(node);
  const isUnquoted = typeof value === 'number' || typeof value === 'boolean';
  return allowed === 'text' && isUnquoted ? 'text in quotes' : allowed;
}

function at(path: readonly PropertyKey[], message: string, whole: Whole): Explained {
  const { value } = schemaAt(whole.schema, whole.value, path);
  return { path, atKey: false, message: `${message}, got ${foundText(path, value)}` };
}

function unknownKey(path: readonly PropertyKey[], key: string, whole: Whole): Explained {
  const { node, value } = schemaAt(whole.schema, whole.value, path);
  const known = Object.keys((node === undefined ? undefined : branchFor(node, value))?.properties ?? {});
  const meant = nearest(key, known);
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  return { path: [...path, key], atKey: true, message: `unknown key${hint}; known here: ${known.join(', ')}` };
}

type UnionIssue = Extract<Issue, { code: 'invalid_union' }>;

/** Of a union, only what is wrong with the branch that was meant; all of them if none was. */
function explainUnion(issue: UnionIssue, path: readonly PropertyKey[], whole: Whole): readonly Explained[] {
  const meant = issue.errors.find((inner) => !inner.some(isWrongKind));
  if (meant !== undefined) return meant.flatMap((inner) => explain(inner, path, whole));
  // zod places a wrong discriminator at the discriminator; its alternatives stand one level above.
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : undefined;
  if (options !== undefined) {
    // An optional discriminator has undefined among its options.
    const allowed = options.filter((option) => option !== undefined);
    return [at(path, `expected one of ${allowed.join(', ')}`, whole)];
  }
  return [at(path, `expected ${expectedText(schemaAt(whole.schema, whole.value, path).node)}`, whole)];
}

function isWrongKind(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}
