import type { EventFilter } from '../store/store.ts';
import { OperationError } from './operation-error.ts';
import type { Handlers, ParsedInput } from './operations.ts';
import type { OperationsContext } from './operations-context.ts';

export function recordHandlers(
  context: OperationsContext,
): Pick<Handlers, 'events' | 'eventResolve' | 'stats' | 'dbStatus' | 'dbPrune'> {
  const { store, clock } = context;
  return {
    events: async (input) => ({ events: await store.events(filterOf(input, clock())) }),
    eventResolve: async ({ id }) => {
      if (await store.resolveEvent(id, clock())) return { id };
      throw new OperationError('not-found', [{ field: 'id', message: `there is no event ${id}` }]);
    },
    stats: ({ since }) => store.stats(clock() - since, clock()),
    dbStatus: () => store.status(),
    dbPrune: async () => ({ deleted: await store.prune(context.retention, clock()) }),
  };
}

function filterOf({ since, source, ...rest }: ParsedInput<'events'>, now: number): EventFilter {
  const from = since === undefined ? undefined : 'at' in since ? since.at : now - since.agoMs;
  return definedOnly({ ...rest, since: from, source: source?.text });
}

/** With `exactOptionalPropertyTypes`, absent and undefined are not the same. */
function definedOnly(filter: { readonly [K in keyof EventFilter]: EventFilter[K] | undefined }): EventFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
