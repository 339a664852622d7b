/**
 * The file that `allow export` writes and `allow import` reads: one entry a line, an address or network, then its
 * description. A description may follow blanks, a comma or a `#`, so that lists of other tools are read as they are.
 */
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

/** @param file its name, for messages */
export function parseAllowFile(text: string, file: string): AllowFile {
  const entries: AllowEntry[] = [];
  const problems: string[] = [];
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const address = /^[^\s,;#]*/.exec(content)?.[0] ?? '';
    const description = content.slice(address.length).replace(/^[\s,;#]+/, '');
    if (Network.parse(address) === undefined) {
      problems.push(`${file}:${index + 1}: ${networkProblem(address)}, got ${JSON.stringify(address.slice(0, 60))}`);
    } else {
      entries.push({ address, description });
    }
  }
  return { entries, problems };
}

export function formatAllowFile(entries: readonly { readonly target: string; readonly description: string }[]): string {
  return entries
    .map(({ target, description }) => (description === '' ? `${target}\n` : `${target}  # ${description}\n`))
    .join('');
}
