import { join, relative } from 'node:path';
import { isCheckout, PACKAGE_ROOT } from '../config/state-dir.ts';

/** How a person types it from `cwd`: a checkout is on nobody's PATH. */
export function programName(cwd: string, packageRoot: string = PACKAGE_ROOT): string {
  if (!isCheckout(packageRoot)) return 'sipward';
  const program = join(packageRoot, 'bin/sipward');
  const path = relative(cwd, program);
  return path.startsWith('..') ? program : path;
}
