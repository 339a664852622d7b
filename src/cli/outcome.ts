/** What operations that change something have in common: remarks, and layers that may have failed. */
import type { OperationResult } from '../daemon/operations.ts';
import { EXIT } from './exit-code.ts';
import { printable } from './printable.ts';
import type { Session } from './session.ts';

type Outcome = Pick<OperationResult<'unblock'>, 'layers' | 'notes'>;

/** Tells remarks and failed layers; the exit code is 1 if a layer failed. */
export function report(session: Session, { layers, notes }: Outcome): number {
  for (const note of notes) session.note(printable(note));
  const failed = layers.filter(({ error }) => error !== null);
  for (const { layer, error } of failed) {
    session.note(`sipward: ${layer}: ${printable(error ?? '')} (the daemon tries again)`);
  }
  return failed.length === 0 ? EXIT.ok : EXIT.failed;
}
