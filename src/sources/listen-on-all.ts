import type { Endpoint } from '../lib/config-values.ts';
import { CannotListen, type Listener } from './listener.ts';
import { SourceUnavailable } from './source.ts';

export interface ListenOnAllOptions {
  readonly endpoints: readonly Endpoint[];
  /** One for each transport. */
  readonly open: readonly ((endpoint: Endpoint) => Promise<Listener>)[];
  /** What is opened is closed with these. */
  readonly resources: AsyncDisposableStack;
  readonly onFault: (error: Error) => void;
}

/**
 * Opens every endpoint over every transport. One that cannot be listened on is left out and told to `onFault`. Where the
 * port is 0, the next transport gets the port that the system chose for the one before, so that there is one to tell.
 * @throws `SourceUnavailable` if nothing is left
 */
export async function listenOnAll(options: ListenOnAllOptions): Promise<readonly Listener[]> {
  const listeners: Listener[] = [];
  const faults: CannotListen[] = [];
  for (const configured of options.endpoints) {
    let endpoint = configured;
    for (const open of options.open) {
      try {
        const listener = options.resources.use(await open(endpoint));
        listeners.push(listener);
        endpoint = listener.endpoint;
      } catch (error) {
        if (!(error instanceof CannotListen)) throw error;
        faults.push(error);
      }
    }
  }
  if (listeners.length > 0) for (const fault of faults) options.onFault(fault);
  else throw new SourceUnavailable(faults.map((fault) => fault.message).join('; '), { cause: faults[0] });
  return listeners;
}
