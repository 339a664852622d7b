/** A reporter beside `dot`, which shows no reasons: what was not tried, and why, in a line of its own. */
import type { TestEvent } from 'node:test/reporters';

// biome-ignore lint/style/noDefaultExport: node takes a reporter from there.
export default async function* skipped(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const lines = new Set<string>();
  for await (const { type, data } of events) {
    if (type === 'test:pass' && typeof data.skip === 'string') lines.add(`${data.name}: skipped, ${data.skip}`);
    // A whole file that has nothing to run against says so itself.
    if (type === 'test:stdout') for (const [line] of data.message.matchAll(/^# .* skipped, .*$/gm)) lines.add(line);
  }
  if (lines.size > 0) yield `\n${[...lines, ''].join('\n')}`;
}
