import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { MiClient } from './mi-client.ts';

/** Other sides that a real OpenSIPS is not; with the real one the client is tried in the end-to-end tests. */
export async function withMi(
  answer: (method: string, params: Readonly<Record<string, string>>) => string,
  use: (mi: MiClient) => Promise<void>,
): Promise<void> {
  const listener: RequestListener = (request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      const { method, params = {} } = JSON.parse(body) as { method: string; params?: Record<string, string> };
      response.end(answer(method, params));
    });
  };
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const mi = new MiClient(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mi`);
  try {
    await use(mi);
  } finally {
    mi.close();
    server.close();
    await once(server, 'close');
  }
}
