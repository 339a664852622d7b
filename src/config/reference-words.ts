import { expectedText } from './expected.ts';
import { branches, markOf, type SchemaNode } from './json-schema.ts';

/** The description as a sentence: schemas may write it as a phrase. Begins with a small letter if with a value. */
export function about(node: SchemaNode): string {
  const text = withoutDefault(node);
  if (text === '') return '';
  const isValue = node.enum?.some((value) => text.startsWith(String(value))) === true;
  const begin = isValue ? text.charAt(0) : text.charAt(0).toUpperCase();
  return `${begin}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** The default is shown beside the description; some descriptions end by repeating it. */
function withoutDefault({ description = '', default: value }: SchemaNode): string {
  return value === undefined ? description : description.replace(/\s*\bDefault [^\s.](?:[^.]|\.(?=\S))*\.$/, '');
}

/** What may be written for a key, in a few words. */
export function allowedText(node: SchemaNode): string {
  if (node.type === 'array') return node.items?.type === 'object' ? 'a list of mappings' : listText(node.items);
  return expectedText(node).replace(/^one of /, '');
}

function listText(items: SchemaNode | undefined): string {
  return items === undefined ? 'a list' : `a list of: ${allowedText(items)}`;
}

/** A mapping with keys of its own. */
export function isSection(node: SchemaNode): boolean {
  return node.properties !== undefined;
}

/** A mapping from names that the user chooses. */
export function namedEntries(node: SchemaNode): SchemaNode | undefined {
  return typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
}

/** A mapping of which there are several kinds, told apart by one key. */
export function isChoice(node: SchemaNode): boolean {
  const all = branches(node);
  return all.length > 1 && all.every((branch) => markOf(branch) !== undefined);
}

/** `decoy` of `type: decoy`; empty if there is only one kind. */
export function markText(branch: SchemaNode): string {
  return String(markOf(branch)?.value ?? '');
}

/** The default of a key: what the section above says of it, else its own. */
export function defaultOf(node: SchemaNode, given: unknown, key: string): unknown {
  const above = typeof given === 'object' && given !== null ? (given as Record<string, unknown>)[key] : undefined;
  return above ?? node.const ?? node.default;
}
