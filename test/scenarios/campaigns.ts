import type { Result } from './evaluate.ts';

/** What was grouped in a scenario: how many campaigns, and how many findings about attackers belong to none. */
export function campaignsOf({ sipward }: Result): { readonly campaigns: number; readonly apart: number } {
  const members = new Set<string>();
  const campaigns = new Set<string>();
  for (const { finding, membership } of sipward.outcomes) {
    if (membership === undefined) continue;
    campaigns.add(membership.campaign);
    for (const identity of [...membership.earlier, finding.identity]) members.add(identity);
  }
  const apart = sipward.outcomes.filter(
    ({ finding }) => finding.subject.kind !== 'campaign' && !members.has(finding.identity),
  );
  return { campaigns: campaigns.size, apart: apart.length };
}
