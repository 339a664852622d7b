import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BESIDE_CHECKOUT = fileURLToPath(new URL('../../../shared/corpora', import.meta.url));

/**
 * Recorded traffic that is not part of the project: `$SIPWARD_CORPORA`, or `shared/corpora` beside the checkout.
 * Undefined where there is none; tests that need it then say so in a line of their own.
 */
export function corporaFile(path: string): string | undefined {
  const file = `${process.env.SIPWARD_CORPORA ?? BESIDE_CHECKOUT}/${path}`;
  return existsSync(file) ? file : undefined;
}
