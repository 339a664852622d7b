/**
 * The elements of sets, read from `nft list set` as it comes: 100,000 are 5 MB, which as JSON would stop everything
 * else while it is parsed.
 */
import { parseDuration } from '../../lib/duration.ts';
import { runNft } from './command.ts';

export interface Element {
  readonly set: string;
  /** As nft writes it: an address, or the parts of a flow. */
  readonly key: string;
  /** Milliseconds left, undefined: for ever. */
  readonly leftMs: number | undefined;
}

/** One process for each set: of two listings in one input, nft 1.0.6 finds only the last one's set. */
export async function readElements(
  prefix: readonly string[],
  table: string,
  sets: readonly string[],
  take: (element: Element) => void,
): Promise<void> {
  for (const set of sets) {
    const parser = new ElementParser(take);
    await runNft(prefix, ['list', 'set', 'inet', table, set], { onStdout: (chunk) => parser.push(chunk) });
    parser.end();
  }
}

/** States: outside of a set; in a set, before its elements; among its elements. */
export class ElementParser {
  readonly #take: (element: Element) => void;
  #set = '';
  #inElements = false;
  #rest = '';

  constructor(take: (element: Element) => void) {
    this.#take = take;
  }

  push(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line.trim());
  }

  end(): void {
    if (this.#rest.trim() !== '' || this.#inElements) throw new Error('nft list: the listing is cut off');
  }

  #line(line: string): void {
    if (this.#inElements) {
      this.#elements(line);
      return;
    }
    const name = /^set (\S+) \{$/.exec(line)?.[1];
    if (name !== undefined) this.#set = name;
    const start = /^elements = \{(.*)$/.exec(line)?.[1];
    if (start === undefined) return;
    this.#inElements = true;
    this.#elements(start);
  }

  #elements(line: string): void {
    const last = line.endsWith('}');
    for (const text of (last ? line.slice(0, -1) : line).split(',')) {
      const trimmed = text.trim();
      if (trimmed !== '') this.#take(parseElement(this.#set, trimmed));
    }
    if (last) this.#inElements = false;
  }
}

/** `192.0.2.1 timeout 1h expires 59m58s476ms`, or the address alone. */
function parseElement(set: string, text: string): Element {
  const at = text.indexOf(' timeout ');
  if (at < 0) return { set, key: text, leftMs: undefined };
  const key = text.slice(0, at);
  const [, left = ''] = text.split(' expires ');
  const leftMs = parseDuration(left);
  if (leftMs === undefined)
    throw new Error(`nft list: no time as nft writes them in ${JSON.stringify(text.slice(0, 100))}`);
  return { set, key, leftMs };
}
