/**
 * What findings can have in common, and how telling that is. One list, the most telling first: a finding joins the
 * campaign of the first tie that has one.
 */
import { Address } from '../../lib/address.ts';
import type { Finding } from '../../pipeline/finding.ts';
import { isDoorKnock, type Signal } from '../../pipeline/signal.ts';
import { decodeSipviciousTag, FIRST_SVCRACK_TAG } from '../../pipeline/sipvicious-tag.ts';
import { isUnusual } from './common-user-agents.ts';
import { keyOf } from './key.ts';
import { type Member, networkOf } from './member.ts';

/**
 * `joins`: never makes a campaign, but leads to one that is there. `strong`: a few sources that share it are one
 * campaign. `weak`: chance makes a few strangers share it, so it takes more of them.
 */
export type Strength = 'joins' | 'strong' | 'weak';

export interface Tie {
  /** What is shared, in words. */
  readonly words: string;
  readonly strength: Strength;
  /** Stands for the words and what is shared. */
  readonly key: number;
}

/** Shorter tags are a tool's constant rather than its random number (RFC 3261 section 19.3 wants 32 random bits). */
const MIN_TAG = 6;

/** The ties of a finding about `member`'s sources to others. */
export function tiesOf(finding: Finding, signal: Signal, member: Member): Tie[] {
  return [
    // Whatever else a source does belongs to its campaign.
    ...member.sourceKeys.map((key): Tie => ({ words: 'the source', strength: 'joins', key })),
    ...distributedTies(finding, signal, member),
    ...targetTies(signal, member),
    ...toolTies(finding, signal, member),
    ...networkTies(finding, signal, member),
  ];
}

/** The detector of distributed attacks has grouped already: by account, network and provider. Its groups are kept together. */
function distributedTies({ type, subject, evidence }: Finding, signal: Signal, member: Member): Tie[] {
  const accounts = subject.kind === 'aor' ? [subject.aor] : (evidence.samples.accounts ?? []);
  const isGuessed = type === 'distributed_attack' && subject.kind !== 'network';
  const guessed = accounts.map((aor) =>
    tie('an account that many sources attack', isGuessed ? 'strong' : 'joins', aor),
  );
  if (subject.kind === 'campaign')
    return [...guessed, tie('a provider whose networks attack', 'strong', subject.campaign)];
  if (!isGuessed || subject.kind !== 'aor') return guessed;
  // Such attacks are rare: two at the same time on one domain, in one disguise, are one.
  const shared = `${signal.domain} ${member.userAgent}`;
  return [...guessed, tie('accounts of one domain that many sources attack', 'strong', shared)];
}

function targetTies(signal: Signal, { account, number, userAgent }: Member): Tie[] {
  const { domain } = signal;
  const isStrange = isDoorKnock(signal) && signal.reason.startsWith('domain_') && isName(domain);
  return [
    // Numbers are tried to hear them ring: they are the attacker's own.
    ...(number === '' ? [] : [tie('the number they call', 'strong', number)]),
    ...(isStrange && userAgent !== '' ? [tie('an unknown domain and a user agent', 'strong', domain, userAgent)] : []),
    ...(isStrange ? [tie('an unknown domain', 'weak', domain)] : []),
    ...(account !== '' && isUnusual(userAgent)
      ? [tie('an account and an unusual user agent', 'strong', account, userAgent)]
      : []),
    ...(account === '' ? [] : [tie('an account and a tool', 'weak', account, toolOf(signal, userAgent))]),
  ];
}

function toolTies({ type }: Finding, signal: Signal, { userAgent }: Member): Tie[] {
  // Honest clients neither scan nor knock; where passwords fail, an odd user agent may be an odd phone.
  const isTool = type === 'scanner_detected' || type === 'decoy_touched' || isDoorKnock(signal);
  return [
    ...(isTelling(signal.fromTag) ? [tie('the From tag', 'strong', signal.fromTag)] : []),
    ...(isUnusual(userAgent) ? [tie('an unusual user agent', isTool ? 'strong' : 'weak', userAgent)] : []),
  ];
}

function networkTies({ subject }: Finding, signal: Signal, { account, userAgent }: Member): Tie[] {
  const network = subject.kind === 'network' ? subject.network.text : networkOf(signal.address.countedText);
  return [
    ...(userAgent === '' ? [] : [tie('a network and a user agent', 'strong', network, userAgent)]),
    ...(account === '' ? [] : [tie('a network and an account', 'strong', network, account)]),
    tie('a network', subject.kind === 'network' ? 'strong' : 'weak', network),
  ];
}

/** The user agent; of those that say none, the form of the branch, which few tools make as phones do. */
function toolOf({ branch }: Signal, userAgent: string): string {
  return userAgent === '' ? branch.replaceAll(/\d+/g, '0').replaceAll(/[a-z]+/gi, 'a') : userAgent;
}

/** SIPVicious' tags begin with the same seed and say what is scanned: strangers that scan here send the same. */
function isTelling(tag: string): boolean {
  return tag.length >= MIN_TAG && tag !== FIRST_SVCRACK_TAG && decodeSipviciousTag(tag) === undefined;
}

/** Scanners that know no name ask for the address they found. */
function isName(domain: string): boolean {
  return domain !== '' && Address.parse(domain) === undefined;
}

function tie(words: string, strength: Strength, ...shared: readonly string[]): Tie {
  return { words, strength, key: keyOf(words, ...shared) };
}
