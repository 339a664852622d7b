import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The part of JSON Schema (draft 2020-12) that zod writes for configurations. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly pattern?: string;
  /** What a text must be, in words; see lib/config-values.ts. */
  readonly 'x-form'?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
}

let cached: SchemaNode | undefined;

/** The JSON Schema of the configuration file, as editors take it: it describes what is written, not what is read. */
export function configJsonSchema(): SchemaNode {
  cached ??= { title: 'sipward.yaml', ...z.toJSONSchema(configSchema, { io: 'input' }) } as SchemaNode;
  return cached;
}

/** The alternatives of a node: itself if it is no union. */
export function branches(node: SchemaNode): readonly SchemaNode[] {
  return node.oneOf ?? node.anyOf ?? [node];
}

/** The node that describes `value` at `path` below `root`, or undefined where nothing is known. */
export function schemaAt(
  root: SchemaNode,
  value: unknown,
  path: readonly PropertyKey[],
): { readonly node: SchemaNode | undefined; readonly value: unknown } {
  let node: SchemaNode | undefined = root;
  let current = value;
  for (const key of path) {
    const branch: SchemaNode | undefined = node === undefined ? undefined : branchFor(node, current);
    node = branch?.properties?.[String(key)] ?? additional(branch) ?? branch?.items;
    current = child(current, key);
  }
  return { node, value: current };
}

/** In a union, the branch that `value` was meant for: by the key that marks it, else by its kind of value. */
export function branchFor(node: SchemaNode, value: unknown): SchemaNode | undefined {
  const all = branches(node);
  if (all.length === 1) return all[0];
  return all.find((one) => isMarked(one, value)) ?? all.find((one) => one.type === jsonType(value));
}

/** The key that tells a branch of a union from the others, and its value there: `type: decoy`. */
export function markOf(branch: SchemaNode): { readonly key: string; readonly value: unknown } | undefined {
  const found = Object.entries(branch.properties ?? {}).find(([, child]) => child.const !== undefined);
  return found === undefined ? undefined : { key: found[0], value: found[1].const };
}

function isMarked(branch: SchemaNode, value: unknown): boolean {
  const mark = markOf(branch);
  return mark !== undefined && child(value, mark.key) === mark.value;
}

function additional(node: SchemaNode | undefined): SchemaNode | undefined {
  return typeof node?.additionalProperties === 'object' ? node.additionalProperties : undefined;
}

function child(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}
