/** One thing wrong with a configuration. Line and column count from 1. */
export interface Problem {
  readonly line: number;
  readonly column: number;
  /** Key path such as `detectors.brute-force.threshold`; empty for the whole file. */
  readonly path: string;
  /** What is allowed and what was found. */
  readonly message: string;
}

/** The configuration cannot be used. Holds every problem at once; `main` exits with 78 (EX_CONFIG of sysexits.h). */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map((problem) => problemText(file, problem)).join('\n'), options);
    this.file = file;
    this.problems = problems;
  }
}

/** `file:line:column: key.path: message`, which editors and terminals make clickable. */
export function problemText(file: string, problem: Problem): string {
  const place = problem.line > 0 ? `${file}:${problem.line}:${problem.column}` : file;
  return problem.path === '' ? `${place}: ${problem.message}` : `${place}: ${problem.path}: ${problem.message}`;
}

/** `sources.edge.listen[0]` */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}
