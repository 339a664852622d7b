import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { checkSocketPath, controlSocketPath } from './control-socket.ts';
import { OperationError, type OperationErrorCode } from './operation-error.ts';
import { OPERATION_NAMES, OPERATIONS, type OperationName, type Operations } from './operations.ts';

/** Its owner and its group may use it: whoever can open the socket is an operator. */
const SOCKET_MODE = 0o660;
const MAX_BODY_BYTES = 1024 * 1024;

export const ERROR_STATUS = {
  invalid: 400,
  refused: 409,
  'not-found': 404,
  unavailable: 503,
} as const satisfies Record<OperationErrorCode, ContentfulStatusCode>;

/** One POST for each operation: its input as the JSON body, its result (or problems) as the JSON answer. */
export function controlApp(operations: Operations, onError: (error: unknown) => void): Hono {
  const app = new Hono();
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new OperationError('invalid', 'expected a request of at most 1 MiB');
      },
    }),
  );
  app.onError((error, c) => {
    if (error instanceof OperationError) {
      return c.json({ code: error.code, problems: error.problems }, ERROR_STATUS[error.code]);
    }
    onError(error);
    return c.json({ code: 'failed', problems: [{ field: '', message: error.message }] }, 500);
  });
  for (const name of OPERATION_NAMES) {
    app.post(`/${name}`, async (c) => c.json(await run(operations, name, await body(c.req.raw))));
  }
  return app;
}

async function run<K extends OperationName>(operations: Operations, name: K, input: unknown): Promise<unknown> {
  // Local operations parse what they get, so anything may be passed.
  const result = await (operations[name] as (input: unknown) => Promise<unknown>)(input);
  return z.encode(OPERATIONS[name].output as z.ZodType, result);
}

async function body(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch (error) {
    throw new OperationError('invalid', 'expected a JSON object as the body', { cause: error });
  }
}

/**
 * Listens in the state directory until disposed of. A socket file left by a dead daemon is replaced; that no other
 * daemon lives must be known before.
 */
export async function serveControl(
  operations: Operations,
  stateDir: string,
  onError: (error: unknown) => void,
): Promise<AsyncDisposable> {
  const path = controlSocketPath(stateDir);
  checkSocketPath(path);
  if (existsSync(path)) rmSync(path);
  const server = createServer(getRequestListener(controlApp(operations, onError).fetch));
  await listen(server, path);
  return {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The mask makes the socket private from its first moment; then its group is let in. */
async function listen(server: Server, path: string): Promise<void> {
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(mask);
  }
  chmodSync(path, SOCKET_MODE);
}
