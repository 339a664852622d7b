import { countText } from '../lib/count-text.ts';
import type { Client } from './client.ts';

/** What a block would cut at this moment. */
export interface BlastRadius {
  readonly registrations: number;
  readonly calls: number;
}

export function blastRadius(clients: readonly Client[], at: number): BlastRadius {
  let registrations = 0;
  let calls = 0;
  for (const client of clients) {
    for (const until of client.accounts.values()) if (until > at) registrations++;
    calls += client.calls.size;
  }
  return { registrations, calls };
}

export function blastRadiusText({ registrations, calls }: BlastRadius): string {
  return `${countText(registrations, 'live registration')} and ${countText(calls, 'call')}`;
}
