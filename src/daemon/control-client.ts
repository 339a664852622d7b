import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { z } from 'zod';
import { controlSocketPath, isPossibleSocket } from './control-socket.ts';
import { OPERATION_ERROR_CODES, OperationError } from './operation-error.ts';
import { OPERATION_NAMES, OPERATIONS, type OperationName, type Operations } from './operations.ts';

/** A daemon that does not answer within this time is reported, not waited for. Deleting millions of rows takes long. */
const TIMEOUT_MS = 30_000;
const PRUNE_TIMEOUT_MS = 3_600_000;

/** What connecting says where no daemon listens. */
const NOBODY: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ECONNREFUSED']);

/** Whether a daemon listens in this state directory. @throws OperationError if there is one that may not be asked */
export async function daemonListens(stateDir: string): Promise<boolean> {
  const path = controlSocketPath(stateDir);
  if (!isPossibleSocket(path)) return false;
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (NOBODY.has(error.code ?? '')) resolve(false);
      else reject(unreachable(path, error));
    });
  });
}

/** The operations of the daemon that listens in `stateDir`. */
export function remoteOperations(stateDir: string): Operations {
  const path = controlSocketPath(stateDir);
  return Object.fromEntries(
    OPERATION_NAMES.map((name) => [name, (input: unknown) => call(path, name, input)]),
  ) as Operations;
}

async function call(path: string, name: OperationName, input: unknown): Promise<unknown> {
  const { status, text } = await post(path, name, JSON.stringify(input));
  const answer = parseJson(text);
  if (status !== 200) throw refusal(status, answer);
  const result = z.safeDecode(OPERATIONS[name].output as z.ZodType, answer);
  if (result.success) return result.data;
  const message = 'the daemon answered in a form this version does not know: restart it after an update';
  throw new OperationError('unavailable', message, { cause: result.error });
}

const problemsAnswer = z.object({
  code: z.enum([...OPERATION_ERROR_CODES, 'failed']),
  problems: z.array(z.object({ field: z.string(), message: z.string() })),
});

function refusal(status: number, answer: unknown): Error {
  const parsed = problemsAnswer.safeParse(answer);
  if (!parsed.success) return new OperationError('unavailable', `the daemon answered with HTTP status ${status}`);
  const { code, problems } = parsed.data;
  if (code !== 'failed') return new OperationError(code, problems);
  return new Error(`the daemon failed: ${problems.map(({ message }) => message).join('; ')}`);
}

/** What is no JSON is undefined, which no answer is: whoever asked says so. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function post(socketPath: string, name: OperationName, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const timeout = name === 'dbPrune' ? PRUNE_TIMEOUT_MS : TIMEOUT_MS;
    const options = { socketPath, path: `/${name}`, method: 'POST', headers, timeout };
    const outgoing = request(options, (incoming) => {
      readAll(incoming).then((text) => resolve({ status: incoming.statusCode ?? 0, text }), reject);
    });
    outgoing.once('error', (error) => reject(unreachable(socketPath, error)));
    outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer within ${timeout / 1000} s`)));
    outgoing.end(body);
  });
}

async function readAll(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function unreachable(path: string, error: NodeJS.ErrnoException): OperationError {
  const advice = error.code === 'EACCES' ? ' (run as root, or as a member of the group of the socket)' : '';
  return new OperationError('unavailable', `the daemon at ${path} cannot be reached: ${error.message}${advice}`, {
    cause: error,
  });
}
