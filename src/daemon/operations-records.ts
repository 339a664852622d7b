import { Network } from '../lib/network.ts';
import type { Geography } from '../pipeline/intel.ts';
import type { EventFilter } from '../store/store.ts';
import { OperationError } from './operation-error.ts';
import type { Handlers, ParsedInput } from './operations.ts';
import type { OperationsContext } from './operations-context.ts';

export function recordHandlers(
  context: OperationsContext,
): Pick<Handlers, 'events' | 'campaigns' | 'eventResolve' | 'stats' | 'dbStatus' | 'dbPrune'> {
  const { store, clock } = context;
  return {
    events: async ({ fold, ...input }) => {
      const filter = filterOf(input, clock());
      return fold ? store.foldedEvents(filter) : { events: await store.events(filter), campaigns: [] };
    },
    campaigns: async ({ since, limit }) => ({
      campaigns: await store.campaigns({ since: timeOf(since, clock()), limit }),
    }),
    eventResolve: async ({ id, by }) => {
      if (await store.resolveEvent({ id }, clock(), by)) return { id };
      throw new OperationError('not-found', [{ field: 'id', message: `there is no event ${id}` }]);
    },
    stats: async ({ since }) => {
      const stats = await store.stats(clock() - since, clock());
      const geography = await context.geography();
      const topSources = stats.topSources.map((one) => ({ ...one, country: countryOf(one.ip, geography) }));
      return { ...stats, topSources };
    },
    dbStatus: () => store.status(),
    dbPrune: async () => ({ deleted: await store.prune(context.retention, clock()) }),
  };
}

function countryOf(ip: string, geography: Geography): string | null {
  const source = Network.parse(ip);
  return source === undefined ? null : (geography.country(source.base) ?? null);
}

function filterOf({ since, source, ...rest }: Omit<ParsedInput<'events'>, 'fold'>, now: number): EventFilter {
  const from = since === undefined ? undefined : timeOf(since, now);
  return definedOnly({ ...rest, since: from, source: source?.text });
}

function timeOf(since: ParsedInput<'campaigns'>['since'], now: number): number {
  return 'at' in since ? since.at : now - since.agoMs;
}

/** With `exactOptionalPropertyTypes`, absent and undefined are not the same. */
function definedOnly(filter: { readonly [K in keyof EventFilter]: EventFilter[K] | undefined }): EventFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
