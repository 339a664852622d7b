/** What the benchmarks share: arguments, and a table that can be pasted into bench/README.md. */
import { cpus, totalmem } from 'node:os';

/** Arguments of a benchmark that starts itself again for a part. */
export function parseArguments(): readonly string[] {
  return process.argv.slice(2);
}

/** One line about the machine, so that figures can be compared. */
export function machine(): string {
  const [first] = cpus();
  return `${cpus().length} x ${first?.model.trim() ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, node ${process.version}`;
}

/** Prints a Markdown table under a title, aligned for a terminal too. */
export function printTable(title: string, header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  process.stdout.write(`\n${title}\n${machine()}\n\n${[line(header), rule, ...rows.map(line)].join('\n')}\n`);
}
