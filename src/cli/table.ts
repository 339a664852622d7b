import { stripVTControlCharacters } from 'node:util';
import { printable } from './printable.ts';
import type { Style, Tone } from './style.ts';

/** A cell of plain text from anywhere, or with a tone. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Cut with an ellipsis when the terminal is too narrow; at most one column should be. */
  readonly flexible?: boolean;
}

const GAP = '  ';
const MIN_FLEXIBLE = 12;

/** An aligned table with a head; cells are made printable. Every line ends with a line end. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  style: Style,
  width: number,
): string {
  const texts = rows.map((row) => row.map((cell) => printable(typeof cell === 'string' ? cell : cell.text)));
  const widths = columns.map(({ title }, i) =>
    Math.max(displayWidth(title), ...texts.map((row) => displayWidth(row[i] ?? ''))),
  );
  shrink(columns, widths, width);
  const head = columns.map((column, i) => style('dim', pad(column.title, widths[i] ?? 0, column.align)));
  const body = texts.map((row, rowIndex) =>
    columns.map((column, i) => {
      const cell = rows[rowIndex]?.[i];
      const padded = pad(row[i] ?? '', widths[i] ?? 0, column.align);
      return typeof cell === 'object' ? style(cell.tone, padded) : padded;
    }),
  );
  return [head, ...body].map((line) => `${line.join(GAP).trimEnd()}\n`).join('');
}

/** Takes what is too wide away from the flexible column, in place. */
function shrink(columns: readonly Column[], widths: number[], width: number): void {
  const flexible = columns.findIndex((column) => column.flexible === true);
  if (flexible < 0) return;
  const total = widths.reduce((sum, one) => sum + one, 0) + GAP.length * (widths.length - 1);
  if (total > width) widths[flexible] = Math.max(MIN_FLEXIBLE, (widths[flexible] ?? 0) - (total - width));
}

function pad(text: string, width: number, align: Column['align']): string {
  const cut = cutTo(text, width);
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(cut)));
  return align === 'right' ? blanks + cut : cut + blanks;
}

function cutTo(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let cut = '';
  for (const character of text) {
    if (displayWidth(cut + character) > width - 1) break;
    cut += character;
  }
  return `${cut}…`;
}

/** East Asian wide characters take two columns, combining marks none (UAX 11, close enough for tables). */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) {
    if (/\p{Mn}/u.test(character)) continue;
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
      character,
    )
      ? 2
      : 1;
  }
  return width;
}
