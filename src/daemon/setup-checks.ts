/** What the doctor looks at beside the running parts: what is configured, and what it finds on the host. */
import { existsSync, realpathSync } from 'node:fs';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { endpointText } from '../lib/config-values.ts';
import { countText } from '../lib/count-text.ts';
import type { OperationResult } from './operations.ts';
import type { OperationsContext } from './operations-context.ts';

type Check = OperationResult<'doctor'>['checks'][number];
type Context<K extends keyof OperationsContext> = Pick<OperationsContext, K>;

const DAY_MS = 86_400_000;
const CONNECT_MS = 1000;

/** Whether the page will find its port free. Asked where no daemon runs: a running one knows whether it serves the page. */
export async function webCheck({ config }: Context<'config'>): Promise<readonly Check[]> {
  const { enabled, listen } = config.web;
  if (!enabled || listen.port === 0) return [];
  const name = 'web page';
  const where = endpointText(listen);
  if (!(await isTaken(listen))) return [{ name, state: 'ok', found: `${where} is free`, advice: '' }];
  const advice = `end what listens there (ss -ltnp 'sport = :${listen.port}' names it), or set web.listen`;
  return [{ name, state: 'warning', found: `${where} is taken by another program`, advice }];
}

/** Somebody answers there. Connecting takes nothing from a daemon that is just starting, as listening would. */
function isTaken({ host, port }: { readonly host: string; readonly port: number }): Promise<boolean> {
  const { promise, resolve: settle } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port });
  socket.setTimeout(CONNECT_MS);
  socket.once('connect', () => settle(true));
  // Refused: nobody listens.
  socket.once('error', () => settle(false));
  socket.once('timeout', () => settle(false));
  return promise.finally(() => socket.destroy());
}

/** What the rendered OpenSIPS writes must be read by somebody, or it grows and nothing is detected. */
export function eventsFileCheck({ config }: Context<'config'>): readonly Check[] {
  const { dir, events, stream } = config.opensips;
  // With a stream, another sipward may be the one that reads.
  if (stream !== undefined || !(existsSync(dir) || existsSync(events))) return [];
  const name = 'events of OpenSIPS';
  const readers = Object.entries(config.sources).filter(
    ([, source]) => 'path' in source && isSameFile(source.path, events),
  );
  if (readers.length > 0) {
    return [
      { name, state: 'ok', found: `${events} is read by ${readers.map(([reader]) => reader).join(', ')}`, advice: '' },
    ];
  }
  const found = `no source reads ${events}, which the rendered configuration writes (opensips.events)`;
  const advice = `add to sources: edge: {type: file-tail, path: ${events}}`;
  return [{ name, state: 'warning', found, advice }];
}

/** The enforcer writes networks, ports and the allowlist to files; only those of the rendered configuration are read. */
export function opensipsPlaceCheck({ config }: Context<'config'>): readonly Check[] {
  const { opensips, enforcers } = config;
  const enforcer = enforcers.opensips as { readonly enabled: boolean; readonly dir: string; readonly mi: string };
  if (!enforcer.enabled) return [];
  const { dir, mi } = enforcer;
  const differing = [
    ...(isSameFile(dir, opensips.dir) ? [] : [{ key: 'dir', own: dir, other: opensips.dir }]),
    ...(mi === opensips.mi ? [] : [{ key: 'mi', own: mi, other: opensips.mi }]),
  ];
  return differing.map(({ key, own, other }) => ({
    name: 'place of OpenSIPS',
    state: 'warning',
    found: `enforcers.opensips.${key} is ${own}, but opensips.${key} is ${other}`,
    advice: 'make them the same, or networks, single ports and the allowlist do not reach OpenSIPS',
  }));
}

function isSameFile(path: unknown, other: string): boolean {
  return typeof path === 'string' && real(path) === real(other);
}

/** Through symbolic links where the file is there. */
function real(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}

/** Detection does without it, so it never fails here. */
export async function geoChecks({ geography, clock }: Context<'geography' | 'clock'>): Promise<readonly Check[]> {
  const { databases, staleAfterMs } = await geography();
  return databases.map(({ name: key, paths, isShipped, builtAt, fault }): Check => {
    const name = `geographic data ${key}`;
    if (fault !== undefined) {
      const advice = 'until it can be read, what was known before is used, after a start nothing';
      return { name, state: 'warning', found: fault.message, advice };
    }
    const which = isShipped ? 'what comes with sipward' : paths.join(', ');
    if (builtAt === undefined) return { name, state: 'ok', found: `${which}, of unknown age`, advice: '' };
    const ageMs = clock() - builtAt;
    const day = new Date(builtAt).toISOString().slice(0, 10);
    // By the calendar, as the day beside it: files of one day are of one age.
    const days = Math.floor(clock() / DAY_MS) - Math.floor(builtAt / DAY_MS);
    const found = `${which}, of ${day} (${countText(Math.max(0, days), 'day')} old)`;
    if (ageMs < staleAfterMs) return { name, state: 'ok', found, advice: '' };
    const advice = isShipped
      ? `addresses change hands: name a newer file in intel.geo.${key}, see docs/geographic-data.md`
      : 'addresses change hands: see whether what renews the file still runs (geoipupdate), and docs/geographic-data.md';
    return { name, state: 'warning', found, advice };
  });
}
