import { join } from 'node:path';

const NAME = 'control.sock';

/** `sun_path` of unix(7) has 108 bytes, one of them for the NUL at the end. */
const MAX_PATH_BYTES = 107;

/** Where the daemon of a state directory listens for its operators. */
export function controlSocketPath(stateDir: string): string {
  return join(stateDir, NAME);
}

/** Whether a socket can have this path at all; if not, no daemon can listen there. */
export function isPossibleSocket(path: string): boolean {
  return Buffer.byteLength(path) <= MAX_PATH_BYTES;
}

/** @throws Error that says what to do, where `listen` would only say EINVAL */
export function checkSocketPath(path: string): void {
  if (isPossibleSocket(path)) return;
  throw new Error(`${path}: longer than the ${MAX_PATH_BYTES} bytes a socket may have; choose a shorter state-dir`);
}
