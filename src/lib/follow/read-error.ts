export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** What kept a file or directory from being read, in words for the operator. */
export function readError(path: string, error: unknown): Error {
  if (hasCode(error, 'EACCES', 'EPERM')) {
    const user = process.geteuid?.();
    return new Error(`cannot read ${path}: permission denied for user ${user}; expected a file it may read`, {
      cause: error,
    });
  }
  return new Error(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}
