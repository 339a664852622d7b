import { stringify } from 'yaml';
import { branches, branchFor, configJsonSchema, type SchemaNode } from './json-schema.ts';
import { about, allowedText, defaultOf, isChoice, isSection, markText, namedEntries } from './reference-words.ts';

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
    ...keyLines(key, child, shownValue(node, key, child, given), depth),
    ...(depth === 0 ? [''] : []),
  ]);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** The default; a key that has none and must be given shows an example. */
function shownValue(node: SchemaNode, key: string, child: SchemaNode, given: unknown): unknown {
  return defaultOf(child, given, key) ?? (node.required?.includes(key) ? child.examples?.[0] : undefined);
}

function keyLines(key: string, node: SchemaNode, value: unknown, depth: number): readonly string[] {
  const indent = '  '.repeat(depth);
  const entries = namedEntries(node);
  if (isChoice(node)) return choiceLines(key, node, value, depth);
  if (isSection(node) || entries !== undefined) {
    const inner =
      entries === undefined ? sectionLines(node, value, depth + 1) : entryLines(node, entries, value, depth + 1);
    // YAML reads a key without a value as null, which is no mapping.
    const isEmpty = inner.every((line) => line.trimStart().startsWith('#'));
    return [...comment(about(node), indent), `${indent}${isEmpty ? '# ' : ''}${key}:`, ...inner];
  }
  const text = [about(node), allowed(node)].filter((part) => part !== '').join(' ');
  return [...comment(text, indent), ...valueLines(key, node, value, indent)];
}

/** A section of one of several kinds: the default one, then the others instead of it, commented out. */
function choiceLines(key: string, node: SchemaNode, value: unknown, depth: number): readonly string[] {
  const indent = '  '.repeat(depth);
  const chosen = branchFor(node, value);
  const others = branches(node).filter((branch) => branch !== chosen);
  return [
    ...comment(about(node), indent),
    ...namedLines(key, chosen ?? node, value, depth),
    ...others.flatMap((branch) => [`${indent}# Or:`, ...namedLines(key, branch, {}, depth).map(commentedOut)]),
  ];
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

/** What the user names: the entries that are there by default, then one of each further type or examples, commented out. */
function entryLines(node: SchemaNode, entry: SchemaNode, value: unknown, depth: number): readonly string[] {
  const given = Object.entries((value ?? {}) as Record<string, unknown>);
  const shown = given.flatMap(([name, content]) =>
    namedLines(name, branchFor(entry, content) ?? entry, content, depth),
  );
  const used = new Set(given.map(([, content]) => branchFor(entry, content)));
  const hidden = branches(entry)
    .filter((branch) => !used.has(branch))
    .flatMap((branch) =>
      isSection(branch) ? namedLines(`my-${markText(branch) || 'list'}`, branch, {}, depth) : pairLines(node, depth),
    )
    .map(commentedOut);
  // YAML reads a key without a value as null, which is no mapping.
  return given.length === 0 ? [`${'  '.repeat(depth)}{}`, ...hidden] : [...shown, ...hidden];
}

/** Names that stand for plain values. */
function pairLines(node: SchemaNode, depth: number): readonly string[] {
  return Object.entries(node.examples?.[0] ?? {}).map(([name, one]) => `${'  '.repeat(depth)}${name}: ${flow(one)}`);
}

/** What is a comment already stays as it is. */
function commentedOut(line: string): string {
  return line.trimStart().startsWith('#') ? line : `#${line}`;
}

function namedLines(name: string, branch: SchemaNode, value: unknown, depth: number): readonly string[] {
  const indent = '  '.repeat(depth);
  return [...comment(about(branch), indent), `${indent}${name}:`, ...sectionLines(branch, value, depth + 1)];
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
