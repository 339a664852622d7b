import { roughDuration } from '../../lib/duration.ts';
import type { News, RunningCampaign } from './running.ts';

/** What a campaign is, in one sentence without attackers' text: `312 sources in 41 networks try the same 20 accounts …`. */
export function sentence(campaign: RunningCampaign, news: News, at: number): string {
  const { firstAt, lastAt, severity, proven } = campaign.figures;
  const who = `${campaign.countText('sources')} sources in ${networksText(campaign)}`;
  const forged = proven === 'no' ? '; the addresses may be forged' : '';
  if (news === 'ended') {
    const time = `from ${utcTime(firstAt, lastAt)} on, within ${roughDuration(lastAt - firstAt)}`;
    return `over: ${who} ${deeds(campaign, 'past')} ${time}, ${campaign.figures.findings} findings${forged}`;
  }
  const change = news === 'grown' ? 'ten times as many: ' : news === 'worse' ? `now ${severity}: ` : '';
  return `${change}${who} ${deeds(campaign, 'present')} since ${utcTime(firstAt, at)}${forged}`;
}

function networksText(campaign: RunningCampaign): string {
  return campaign.count('networks') === 1 ? 'one network' : `${campaign.countText('networks')} networks`;
}

const VERBS = {
  present: { call: 'call', attempt: 'try', knock: 'knock' },
  past: { call: 'called', attempt: 'tried', knock: 'knocked' },
} as const;

function deeds(campaign: RunningCampaign, tense: keyof typeof VERBS): string {
  const verbs = VERBS[tense];
  const called = targets(campaign, 'numbers', 'number');
  const tried = targets(campaign, 'accounts', 'account');
  const done = called !== '' ? `${verbs.call} ${called}` : tried !== '' ? `${verbs.attempt} ${tried}` : verbs.knock;
  const tool = campaign.count('user-agents') === 1 ? ' with one tool' : '';
  return `${done}${tool} (they share ${campaign.figures.joinedBy})`;
}

/** `the same 20 accounts`: where there are fewer targets than sources, they have them in common. */
function targets(campaign: RunningCampaign, what: 'numbers' | 'accounts', noun: string): string {
  const count = campaign.count(what);
  if (count === 0) return '';
  const same = count < campaign.count('sources') ? 'the same ' : '';
  return count === 1 ? `${same === '' ? 'one' : 'the same'} ${noun}` : `${same}${campaign.countText(what)} ${noun}s`;
}

/** `02:10 UTC`, with the day where it is another than that of `now`. */
function utcTime(at: number, now: number): string {
  const text = new Date(at).toISOString();
  const isSameDay = text.slice(0, 10) === new Date(now).toISOString().slice(0, 10);
  return `${isSameDay ? '' : `${text.slice(0, 10)} `}${text.slice(11, 16)} UTC`;
}
