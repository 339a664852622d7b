/**
 * A program that follows a file and tells what it took, one JSON object a block, each written at once:
 *
 *     node follower.testkit.ts PATH OUTPUT [POSITION]
 */
import { appendFileSync } from 'node:fs';
import { parseFilePosition } from './file-position.ts';
import { followFile } from './follow-file.ts';

const [path = '', output = '', position] = process.argv.slice(2);
const blocks = followFile({
  path,
  position: position === undefined ? undefined : parseFilePosition(JSON.parse(position)),
  start: 'beginning',
  stop: new AbortController().signal,
  maxLineBytes: 65536,
  maxLines: 100,
  onFault: (error) => {
    throw error;
  },
});
for await (const { lines, position: next } of blocks) {
  appendFileSync(output, `${JSON.stringify({ lines, position: next })}\n`);
}
