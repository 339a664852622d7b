import { countText } from '../lib/count-text.ts';
import type { EventType, Finding } from '../pipeline/finding.ts';
import { subjectText } from '../pipeline/finding.ts';
import type { Client } from './client.ts';

/**
 * Calls, and registrations that may be forged, make an address known only once they have been going on for this long:
 * whoever finds one number that answers everybody has not become a customer.
 */
const PROBATION_MS = 30 * 60_000;

/** What failing devices look like to a detector. Tools, floods and visitors of decoys are none. */
export const DEVICE_LIKE: readonly EventType[] = ['brute_force_detected', 'username_enumeration', 'distributed_attack'];

export function isKnownGood(client: Client): boolean {
  return client.proven || client.goodAt - client.firstAt >= PROBATION_MS;
}

/**
 * The finding as one about a misconfigured device, if that is what it looks like: what fails behind the address are
 * accounts that used to register there, or a few others, each as slowly as a device tries. Undefined if not.
 *
 * @param maxStrangers accounts that never registered there and may fail all the same
 */
export function asMisconfigured(finding: Finding, client: Client, maxStrangers: number): Finding | undefined {
  const { failing } = client;
  // Against a finding that nobody can forge only what nobody can forge speaks.
  const trustedOnly = finding.evidence.proven !== 'no';
  if (failing === undefined || !DEVICE_LIKE.includes(finding.type) || !failing.isUnhurried(finding.at, trustedOnly))
    return undefined;
  const accounts = failing.names(trustedOnly);
  const strangers = accounts.filter((account) => !client.accounts.has(account)).length;
  if (strangers > maxStrangers) return undefined;
  return {
    ...finding,
    type: 'misconfigured_device',
    severity: 'warning',
    reason: `${countText(accounts.length, 'account fails', 'accounts fail')} behind an address that is known good, as devices with an old password do (${finding.reason})`,
    evidence: { ...finding.evidence, samples: { accounts, 'user-agents': failing.userAgents() } },
    identity: `misconfigured:${subjectText(finding.subject)}:${finding.at}`,
  };
}

/** Whether all that fails has registered from there before: then it is one of theirs, however long it goes on. */
export function failsWithOwnAccounts(client: Client): boolean {
  return client.failing?.names(true).every((account) => client.accounts.has(account)) === true;
}
