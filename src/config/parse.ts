import { isMap, isNode, isPair, LineCounter, type Node, parseDocument } from 'yaml';
import { explainIssues } from './issues.ts';
import { configJsonSchema } from './json-schema.ts';
import { ConfigError, type Problem, pathText } from './problem.ts';
import { type Config, configSchema } from './schema.ts';

/** Aliases that a file may expand to: enough for people, too few to fill the memory ("billion laughs"). */
const MAX_ALIASES = 100;

/**
 * The configuration in `text`, complete with defaults. Pure: reads nothing else, changes nothing.
 *
 * @param file the name for messages
 * @throws ConfigError with every problem at once
 */
export function parseConfig(text: string, file: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => syntaxProblem(lines, error));
    throw new ConfigError(file, problems, { cause: document.errors[0] });
  }
  const value = contentOf(document, file);
  const result = configSchema.safeParse(value);
  if (result.success) return result.data;
  const problems = explainIssues(result.error.issues, configJsonSchema(), value).map(
    (explained): Problem => ({
      ...positionOf(document.contents, lines, explained.path, explained.atKey),
      path: pathText(explained.path),
      message: explained.message,
    }),
  );
  throw new ConfigError(
    file,
    problems.toSorted((a, b) => a.line - b.line || a.column - b.column),
  );
}

/** An empty file is an empty mapping: all defaults. */
function contentOf(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {};
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigError(file, [{ line: 1, column: 1, path: '', message }], { cause: error });
  }
}

function syntaxProblem(
  lines: LineCounter,
  error: { readonly pos: [number, number]; readonly message: string },
): Problem {
  const { line, col } = lines.linePos(error.pos[0]);
  return { line, column: col, path: '', message: `not valid YAML: ${error.message}` };
}

/** Where `path` stands in the file: its key or its value, or as deep as the file goes. */
function positionOf(
  contents: Node | null,
  lines: LineCounter,
  path: readonly PropertyKey[],
  atKey: boolean,
): { readonly line: number; readonly column: number } {
  let node: unknown = contents;
  let offset = 0;
  for (const [index, key] of path.entries()) {
    const found = childOf(node, key);
    if (found === undefined) break;
    const last = index === path.length - 1;
    node = isPair(found) ? (found.value ?? found.key) : found;
    offset = startOf(last && atKey && isPair(found) ? found.key : node) ?? offset;
  }
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function childOf(node: unknown, key: PropertyKey): unknown {
  if (isMap(node)) return node.items.find((pair) => String(pair.key) === String(key));
  const items = isNode(node) && 'items' in node && Array.isArray(node.items) ? node.items : [];
  return typeof key === 'number' ? items[key] : undefined;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
