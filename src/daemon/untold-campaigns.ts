import type { Outcome } from '../pipeline/pipeline.ts';
import type { Store } from '../store/store.ts';

/** Events looked at; a warm-up reads no more rows than a multiple of these. */
const MAX_EVENTS = 10_000;

/**
 * What the warm-up found of campaigns that nobody was told of: one that formed only then, because a rule is new, or
 * because what had been known was lost; or one that ended while sipward was away. A campaign one of whose findings was
 * told to belong to one, also under another id, was told.
 */
export async function untoldCampaigns(
  store: Pick<Store, 'events'>,
  found: readonly Outcome[],
): Promise<readonly Outcome[]> {
  if (found.length === 0) return [];
  const since = Math.min(...found.map(({ finding }) => finding.evidence.firstAt));
  const events = await store.events({ since, limit: MAX_EVENTS });
  const known = new Set(events.map(({ identity }) => identity));
  const told = new Set(events.flatMap(({ campaign }) => campaign ?? []));
  const joined = new Set(events.flatMap(({ identity, campaign }) => (campaign === null ? [] : identity)));
  return found.filter(({ finding, membership }) => {
    if (membership === undefined || known.has(finding.identity)) return false;
    const { campaign, earlier } = membership;
    // What is told now has its latest totals already.
    if (told.has(campaign)) return isEnd(finding);
    if (isEnd(finding) || earlier.some((identity) => joined.has(identity))) return false;
    told.add(campaign);
    return true;
  });
}

/** The totals of a campaign that is over have no severity of their own. */
function isEnd({ severity }: Outcome['finding']): boolean {
  return severity === 'info';
}
