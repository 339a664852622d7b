/**
 * Templates of OpenSIPS configuration. `{{name}}` stands for a value; the lines between `# {{if name}}` and
 * `# {{end}}` are left out where the value is empty. A name that nobody gave a value is an error, never empty text.
 */
export type TemplateValues = Readonly<Record<string, string>>;

const CONDITION = /^\s*#\s*\{\{if ([a-z-]+)\}\}\s*$/;
const END = /^\s*#\s*\{\{end\}\}\s*$/;

export function expandTemplate(name: string, template: string, values: TemplateValues): string {
  const lines: string[] = [];
  /** Whether the lines of each open condition are kept, outermost first. */
  const open: boolean[] = [];
  for (const line of template.split('\n')) {
    const condition = CONDITION.exec(line)?.[1];
    if (condition !== undefined) open.push(valueFor(name, condition, values) !== '');
    else if (END.test(line)) closeCondition(name, open);
    else if (!open.includes(false)) lines.push(expandLine(name, line, values));
  }
  if (open.length > 0) throw new Error(`${name}: a condition has no end`);
  return lines.join('\n').replace(/\n{3,}/g, '\n\n');
}

function closeCondition(name: string, open: boolean[]): void {
  if (open.pop() === undefined) throw new Error(`${name}: an end without a condition`);
}

function expandLine(name: string, line: string, values: TemplateValues): string {
  return line.replace(/\{\{([a-z-]+)\}\}/g, (_, key: string) => valueFor(name, key, values));
}

function valueFor(name: string, key: string, values: TemplateValues): string {
  const value = values[key];
  if (value === undefined) throw new Error(`${name}: no value for {{${key}}}`);
  return value;
}
