import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Severity } from '../pipeline/finding.ts';
import type { Outcome } from '../pipeline/pipeline.ts';
import type { StoredEvent } from '../store/store.ts';
import { untoldCampaigns } from './untold-campaigns.ts';

/** What is found of campaign `c`. */
const news = (identity: string, severity: Severity, earlier: readonly string[]): Outcome =>
  ({
    finding: { identity, severity, evidence: { firstAt: 1 } },
    membership: { campaign: 'c', earlier },
  }) as unknown as Outcome;
const FORMED = news('formed', 'error', ['a', 'b']);
const ENDED = news('ended', 'info', ['a', 'b']);

describe('a campaign found while warming up', () => {
  for (const [name, found, events, told] of [
    ['is told if nobody knows of it', [FORMED], { a: null, b: null }, ['formed']],
    ['is told once, though it grew', [FORMED, news('worse', 'critical', [])], {}, ['formed']],
    ['and was over by then is told with its end', [FORMED, ENDED], {}, ['formed', 'ended']],
    ['was told before', [FORMED], { a: 'c', formed: 'c' }, []],
    ['was told under another id, as one of its findings shows', [FORMED, ENDED], { a: 'd', b: null }, []],
    ['was told, but its end was not', [ENDED], { formed: 'c' }, ['ended']],
    ['was told with its end', [ENDED], { formed: 'c', ended: 'c' }, []],
  ] as const) {
    it(name, async () => {
      const stored = Object.entries(events).map(([identity, campaign]) => ({ identity, campaign }) as StoredEvent);
      const outcomes = await untoldCampaigns({ events: async () => stored }, found);
      assert.deepEqual(
        outcomes.map(({ finding }) => finding.identity),
        told,
      );
    });
  }
});
