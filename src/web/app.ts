/**
 * What is served over HTTP. Read-only: nothing here changes anything.
 *
 * `/` is the status page; the full page and `/api/v1` join here as further routes.
 */
import { Hono } from 'hono';
import type { Health } from '../daemon/health.ts';
import type { Operations } from '../daemon/operations.ts';
import { hostCheck } from './host-check.ts';
import { metricsRegistry } from './metrics.ts';
import { securityHeaders } from './security-headers.ts';
import { statusReader } from './status-data.ts';
import { statusPage } from './status-page.ts';
import { STATUS_STYLE } from './status-style.ts';

export interface WebOptions {
  readonly operations: Operations;
  /** Without a look at the store: /healthz, /readyz and /metrics must answer while it is away. */
  readonly health: () => Health;
  readonly allowedHosts: readonly string[];
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}

export function webApp({ operations, health, allowedHosts, clock, onError }: WebOptions): Hono {
  const app = new Hono();
  const readStatus = statusReader(operations, clock);
  const metrics = metricsRegistry(health);
  app.use(securityHeaders([STATUS_STYLE]));
  app.onError((error, c) => {
    onError(error);
    return c.text('This failed; the log says why.\n', 500);
  });
  app.notFound((c) => c.text('There is nothing here.\n', 404));

  // The process answers, nothing more: restarting it would not bring a database back. Before the check of the name,
  // because probes often send none.
  app.get('/healthz', (c) => c.text('ok\n'));
  app.use(hostCheck(allowedHosts));
  app.get('/', async (c) => c.html(statusPage(await readStatus())));
  // What only needs a person's look does not take it out of service: it goes on doing its work, and a restart mends nothing.
  app.get('/readyz', (c) => {
    const { state, problems, warnings } = health();
    return c.json({ state, problems, warnings }, state === 'ok' ? 200 : 503);
  });
  app.get('/metrics', async (c) => c.text(await metrics.metrics(), 200, { 'Content-Type': metrics.contentType }));
  return app;
}
