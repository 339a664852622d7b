import { branches, configJsonSchema, markOf, type SchemaNode } from './json-schema.ts';
import { about, allowedText, defaultOf, isChoice, isSection, markText, namedEntries } from './reference-words.ts';

const HEAD = `# Configuration

sipward reads one YAML file: \`--config FILE\`, else \`$SIPWARD_CONFIG\`, else \`./sipward.yaml\`, else
\`/etc/sipward/sipward.yaml\`. Without any it runs on the defaults below. Every key is optional. Unknown keys and
values out of range are errors: \`sipward check\` names all of them at once, with line, column and what is allowed
(exit status 78).

A complete file with comments: [sipward.example.yaml](sipward.example.yaml). For editors:
[sipward.schema.json](sipward.schema.json); with the YAML language server, begin the file with
\`# yaml-language-server: $schema=sipward.schema.json\`.

Durations are numbers with a unit (\`ms\`, \`s\`, \`m\`, \`h\`, \`d\`, \`w\`), largest first: \`30s\`, \`1h30m\`, \`7d\`.

<!-- Written by \`npm run docs\` from the schemas; do not edit. -->
`;

interface Row {
  readonly path: string;
  readonly allowed: string;
  readonly fallback: string;
  readonly meaning: string;
}

/** The reference page: a table for each top-level key. */
export function configReferencePage(): string {
  const parts = Object.entries(configJsonSchema().properties ?? {}).map(([key, node]) => topLevel(key, node));
  return `${HEAD}\n${parts.join('\n')}`;
}

function topLevel(key: string, node: SchemaNode): string {
  const lead = isSection(node) || namedEntries(node) !== undefined ? `${about(node)}\n\n` : '';
  const rows = rowsOf(key, node, node.default);
  const lines = rows.map(
    ({ path, allowed, fallback, meaning }) => `| \`${path}\` | ${cell(allowed)} | ${fallback} | ${cell(meaning)} |`,
  );
  return `## ${key}\n\n${lead}| key | allowed | default | meaning |\n|---|---|---|---|\n${lines.join('\n')}\n`;
}

function rowsOf(path: string, node: SchemaNode, value: unknown): readonly Row[] {
  const entries = namedEntries(node);
  if (entries !== undefined) {
    const kinds = branches(entries).flatMap((branch) => kindRows(entryPlace(path, branch), branch));
    return [rowOf(path, node, value), ...kinds];
  }
  if (isChoice(node)) {
    const kinds = branches(node).flatMap((branch) => kindRows(`${path} (${markText(branch)})`, branch));
    return [rowOf(path, node, value), ...kinds];
  }
  if (!isSection(node)) return [rowOf(path, node, value), ...itemRows(path, node)];
  const own = path.includes('.') ? [{ path, allowed: 'a section', fallback: '', meaning: about(node) }] : [];
  const inner = Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
    rowsOf(`${path}.${key}`, child, defaultOf(child, value, key)),
  );
  return [...own, ...inner];
}

/** The keys of one kind of mapping, under `sources.<decoy>` or `store (mysql)`. */
function kindRows(place: string, branch: SchemaNode): readonly Row[] {
  const mark = markOf(branch);
  const plain = isSection(branch) ? 'a section' : allowedText(branch);
  const allowed = mark === undefined ? plain : `${mark.key}: ${mark.value}`;
  const inner = Object.entries(branch.properties ?? {}).filter(([key]) => key !== mark?.key);
  return [
    { path: place, allowed, fallback: '', meaning: about(branch) },
    ...inner.flatMap(([key, child]) => rowsOf(`${place}.${key}`, child, child.default)),
  ];
}

function entryPlace(path: string, branch: SchemaNode): string {
  return `${path}.<${markText(branch) || 'name'}>`;
}

/** The keys of the mappings in a list. */
function itemRows(path: string, node: SchemaNode): readonly Row[] {
  return Object.entries(node.items?.properties ?? {}).flatMap(([key, child]) =>
    rowsOf(`${path}[].${key}`, child, child.default),
  );
}

function rowOf(path: string, node: SchemaNode, value: unknown): Row {
  return {
    path,
    allowed: allowedText(node),
    fallback: value === undefined ? '' : `\`${JSON.stringify(value)}\``,
    meaning: about(node),
  };
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
