import { stringify } from 'yaml';
import { branches, configJsonSchema, type SchemaNode } from './json-schema.ts';
import { about, allowedText, branchType, defaultOf, isSection, namedEntries } from './reference-words.ts';

const HEAD = `# The configuration of sipward, complete, with every key at its default.
# Leave out what you do not change: a shorter file is easier to read.
# Written by \`sipward config example\`; check yours with \`sipward check\`.
`;
const WIDTH = 110;

/** A configuration file with every key, its meaning and its default. It reads as the defaults do. */
export function exampleConfig(): string {
  return `${HEAD}\n${sectionLines(configJsonSchema(), {}, 0).join('\n')}\n`;
}

function sectionLines(node: SchemaNode, given: unknown, depth: number): readonly string[] {
  const lines = Object.entries(node.properties ?? {}).flatMap(([key, child]) => [
    ...keyLines(key, child, valueOf(node, key, child, given), depth),
    ...(depth === 0 ? [''] : []),
  ]);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** The default; a key that has none and must be given shows an example. */
function valueOf(node: SchemaNode, key: string, child: SchemaNode, given: unknown): unknown {
  return defaultOf(child, given, key) ?? (node.required?.includes(key) ? child.examples?.[0] : undefined);
}

function keyLines(key: string, node: SchemaNode, value: unknown, depth: number): readonly string[] {
  const indent = '  '.repeat(depth);
  const entries = namedEntries(node);
  if (isSection(node) || entries !== undefined) {
    const inner = entries === undefined ? sectionLines(node, value, depth + 1) : entryLines(entries, value, depth + 1);
    return [...comment(about(node), indent), `${indent}${key}:`, ...inner];
  }
  const text = [about(node), allowed(node)].filter((part) => part !== '').join(' ');
  return [...comment(text, indent), ...valueLines(key, node, value, indent)];
}

function allowed(node: SchemaNode): string {
  return node.const === undefined ? `(${allowedText(node)})` : '';
}

/** A key without a default is shown, but commented out. */
function valueLines(key: string, node: SchemaNode, value: unknown, indent: string): readonly string[] {
  if (value === undefined) return [`${indent}# ${key}: ${flow(node.examples?.[0] ?? '…')}`];
  if (Array.isArray(value) && value.some((item) => typeof item === 'object')) {
    return [`${indent}${key}:`, ...value.map((item) => `${indent}  - ${flow(item)}`)];
  }
  return [`${indent}${key}: ${flow(value)}`];
}

/** What the user names: the entries that are there by default, then one of each further type, commented out. */
function entryLines(entry: SchemaNode, value: unknown, depth: number): readonly string[] {
  const given = Object.entries((value ?? {}) as Record<string, { readonly type?: string }>);
  const shown = given.flatMap(([name, content]) => {
    const branch = branches(entry).find((one) => branchType(one) === (content.type ?? '')) ?? entry;
    return namedLines(name, branch, content, depth);
  });
  const isShown = (branch: SchemaNode) => given.some(([, { type = '' }]) => type === branchType(branch));
  const hidden = branches(entry)
    .filter((branch) => !isShown(branch))
    .flatMap((branch) => namedLines(`my-${branchType(branch)}`, branch, {}, depth))
    .map(commentedOut);
  // YAML reads a key without a value as null, which is no mapping.
  return given.length === 0 ? [`${'  '.repeat(depth)}{}`, ...hidden] : [...shown, ...hidden];
}

/** What is a comment already stays as it is. */
function commentedOut(line: string): string {
  return line.trimStart().startsWith('#') ? line : `#${line}`;
}

function namedLines(name: string, branch: SchemaNode, value: unknown, depth: number): readonly string[] {
  const indent = '  '.repeat(depth);
  const type = branchType(branch);
  const properties = { ...branch.properties };
  delete (properties as { type?: unknown }).type;
  const inner = sectionLines({ ...branch, properties }, value, depth + 1);
  const typeLine = type === '' ? [] : [`${indent}  type: ${type}`];
  return [...comment(about(branch), indent), `${indent}${name}:`, ...typeLine, ...inner];
}

function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trimEnd();
}

function comment(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').filter((one) => one !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}# ${word}`);
  }
  return lines;
}
