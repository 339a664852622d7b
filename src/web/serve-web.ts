import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { type Endpoint, endpointText } from '../lib/config-values.ts';

export interface RunningWeb extends AsyncDisposable {
  /** Where it really listens: the port may have been left to the system. */
  readonly endpoint: Endpoint;
}

/** Serves until disposed of. @throws Error that names the endpoint if it cannot be listened on */
export async function serveWeb(app: Hono, { host, port }: Endpoint): Promise<RunningWeb> {
  const server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new Error(`web: ${endpointText({ host, port })} cannot be listened on: ${error.message}`, { cause: error }),
      );
    });
    server.listen({ host, port }, resolve);
  });
  return {
    endpoint: { host, port: (server.address() as AddressInfo).port },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
