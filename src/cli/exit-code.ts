import { ConfigError } from '../config/problem.ts';
import { OperationError } from '../daemon/operation-error.ts';

/** 78 is EX_CONFIG of sysexits.h; systemd knows it and does not restart (RestartPreventExitStatus=78). */
export const EXIT = { ok: 0, failed: 1, usage: 2, config: 78 } as const;

/** The command line itself is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigError) return EXIT.config;
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof OperationError && error.code === 'invalid') return EXIT.usage;
  return EXIT.failed;
}
