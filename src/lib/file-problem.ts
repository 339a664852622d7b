const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'expected a file, got a directory',
  ENOTDIR: 'there is no such file: a part of the path is no directory',
  EACCES: 'it may not be read by this user',
};

/** Why a file cannot be read, in words that follow its path. */
export function fileProblem(error: unknown): string {
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException;
  return WORDS[code] ?? `it cannot be read: ${message}`;
}
