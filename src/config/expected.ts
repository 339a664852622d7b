import { branches, markOf, type SchemaNode } from './json-schema.ts';

/** What a node allows, in words that follow "expected": `an integer >= 1`, `one of dry-run, enforce`. */
export function expectedText(node: SchemaNode | undefined): string {
  if (node === undefined) return 'another value';
  const all = branches(node);
  if (all.length > 1) return unionText(all);
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum !== undefined) return `one of ${node.enum.join(', ')}`;
  switch (node.type) {
    case 'integer':
      return `an integer${rangeText(node)}`;
    case 'number':
      return `a number${rangeText(node)}`;
    case 'string':
      return node['x-form'] ?? 'text';
    case 'boolean':
      return 'true or false';
    case 'array':
      return node.minItems === undefined ? 'a list' : `a list of at least ${node.minItems}`;
    case 'object':
      return 'a mapping of keys to values';
    default:
      return 'another value';
  }
}

function unionText(all: readonly SchemaNode[]): string {
  const marks = all.map(markOf).filter((mark) => mark !== undefined);
  if (marks.length === all.length) {
    return `a mapping with ${marks[0]?.key} one of ${marks.map(({ value }) => value).join(', ')}`;
  }
  return [...new Set(all.map(expectedText))].join(' or ');
}

/** zod bounds every integer by the safe ones; that says nothing to a person. */
function rangeText(node: SchemaNode): string {
  const minimum = node.minimum === Number.MIN_SAFE_INTEGER ? undefined : node.minimum;
  const maximum = node.maximum === Number.MAX_SAFE_INTEGER ? undefined : node.maximum;
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` >= ${minimum}`;
  if (node.exclusiveMinimum !== undefined) return ` > ${node.exclusiveMinimum}`;
  return maximum === undefined ? '' : ` <= ${maximum}`;
}

const MAX_SHOWN = 60;

/** The value found, short, in the form it would be written; never a secret. */
export function foundText(path: readonly PropertyKey[], value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'nothing (leave the key out to use its default)';
  if (path.some((key) => /password|secret|token|(^|-)key$/i.test(String(key)))) return 'something else (not shown)';
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
