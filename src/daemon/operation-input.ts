import { z } from 'zod';
import { explainIssues } from '../config/issues.ts';
import type { SchemaNode } from '../config/json-schema.ts';
import { pathText } from '../config/problem.ts';
import { OperationError } from './operation-error.ts';
import {
  type Handlers,
  OPERATION_NAMES,
  OPERATIONS,
  type OperationName,
  type Operations,
  type ParsedInput,
} from './operations.ts';

/** The input as handlers take it. @throws OperationError `invalid`, with everything that is wrong */
export function parseInput<K extends OperationName>(name: K, input: unknown): ParsedInput<K> {
  const schema = OPERATIONS[name].input;
  const result = schema.safeParse(input);
  if (result.success) return result.data as ParsedInput<K>;
  const json = z.toJSONSchema(schema, { io: 'input' }) as SchemaNode;
  const problems = explainIssues(result.error.issues, json, input).map(({ path, message }) => ({
    field: pathText(path),
    message,
  }));
  throw new OperationError('invalid', problems, { cause: result.error });
}

/** Operations for callers out of handlers: every input is parsed first. */
export function operationsOf(handlers: Handlers): Operations {
  const entries = OPERATION_NAMES.map((name) => [name, call(handlers, name)] as const);
  return Object.fromEntries(entries) as Operations;
}

function call<K extends OperationName>(handlers: Handlers, name: K) {
  return async (input: unknown) => handlers[name](parseInput(name, input));
}
