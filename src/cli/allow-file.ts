/**
 * The file that `allow export` writes and `allow import` reads: one entry a line, an address or network, then its
 * description. A description may follow blanks, a comma or a `#`, so that lists of other tools are read as they are.
 */
import { widthProblem } from '../daemon/network-limits.ts';
import { remark } from '../daemon/operation-values.ts';
import { networkProblem } from '../lib/config-values.ts';
import { Network } from '../lib/network.ts';

export interface AllowEntry {
  readonly address: string;
  readonly description: string;
}

export interface AllowFile {
  readonly entries: readonly AllowEntry[];
  /** One line each, with its place. */
  readonly problems: readonly string[];
}

/**
 * Every line is checked as the operation would check it, so that a file is imported whole or not at all.
 *
 * @param file its name, for messages
 * @param force also networks that are wider than usual
 */
export function parseAllowFile(text: string, file: string, force = false): AllowFile {
  const entries: AllowEntry[] = [];
  const problems: string[] = [];
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const entry = entryOf(content);
    const found = problemsOf(entry, force);
    if (found.length === 0) entries.push(entry);
    for (const problem of found) problems.push(`${file}:${index + 1}: ${problem}`);
  }
  return { entries, problems };
}

function entryOf(content: string): AllowEntry {
  const address = /^[^\s,;#]*/.exec(content)?.[0] ?? '';
  return { address, description: content.slice(address.length).replace(/^[\s,;#]+/, '') };
}

function problemsOf({ address, description }: AllowEntry, force: boolean): readonly string[] {
  const network = Network.parse(address);
  const width = network === undefined ? undefined : widthProblem(network, force);
  const remarks = remark.safeParse(description).error?.issues ?? [];
  return [
    ...(network === undefined ? [`${networkProblem(address)}, got ${JSON.stringify(address.slice(0, 60))}`] : []),
    ...(width === undefined ? [] : [width]),
    ...remarks.map(({ message }) => `description: ${message}`),
  ];
}

export function formatAllowFile(entries: readonly { readonly target: string; readonly description: string }[]): string {
  return entries
    .map(({ target, description }) => (description === '' ? `${target}\n` : `${target}  # ${description}\n`))
    .join('');
}
