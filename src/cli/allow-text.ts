import type { OperationResult } from '../daemon/operations.ts';
import { wordsOf } from '../lib/target.ts';

/** What `allow add` did. */
export function allowedText({ added, updated, lifted }: OperationResult<'allowAdd'>): string {
  return [
    ...added.map((target) => `Added ${target} to the allowlist.\n`),
    ...updated.map((target) => `${target} was on the allowlist already; its description is the new one.\n`),
    ...lifted.map(({ target }) => `Lifted the block of ${wordsOf(target)}.\n`),
  ].join('');
}
