export const OPERATION_ERROR_CODES = ['invalid', 'refused', 'not-found', 'unavailable'] as const;

/**
 * - `invalid`: the request itself is wrong (exit 2, HTTP 400);
 * - `refused`: understood, but it would do harm (exit 1, HTTP 409);
 * - `not-found`: it names nothing that exists (exit 1, HTTP 404);
 * - `unavailable`: what it needs is not there now (exit 1, HTTP 503).
 */
export type OperationErrorCode = (typeof OPERATION_ERROR_CODES)[number];

export interface OperationProblem {
  /** The input it is about, such as `address` or `entries[3].address`; empty for the whole request. */
  readonly field: string;
  readonly message: string;
}

/** An operator's request that was not carried out, with every reason at once. Nothing was changed. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
  readonly code: OperationErrorCode;
  readonly problems: readonly OperationProblem[];

  constructor(code: OperationErrorCode, problems: string | readonly OperationProblem[], options?: ErrorOptions) {
    const list = typeof problems === 'string' ? [{ field: '', message: problems }] : problems;
    super(list.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('\n'), options);
    this.code = code;
    this.problems = list;
  }
}
