import { countText } from '../lib/count-text.ts';
import type { Client, FlowKey } from './client.ts';

/** What a block would cut at this moment. */
export interface BlastRadius {
  readonly registrations: number;
  readonly calls: number;
}

/** @param flow what a block of that flow alone would cut */
export function blastRadius(clients: readonly Client[], at: number, flow?: FlowKey): BlastRadius {
  const isHit = (one: { readonly flow: FlowKey }) => flow === undefined || one.flow === flow;
  let registrations = 0;
  let calls = 0;
  for (const client of clients) {
    for (const one of client.accounts.values()) if (one.until > at && isHit(one)) registrations++;
    for (const one of client.calls.values()) if (isHit(one)) calls++;
  }
  return { registrations, calls };
}

export function blastRadiusText({ registrations, calls }: BlastRadius): string {
  return `${countText(registrations, 'live registration')} and ${countText(calls, 'call')}`;
}
