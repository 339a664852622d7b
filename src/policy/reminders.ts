import { BoundedMap } from '../lib/bounded-map.ts';
import type { Decision } from '../pipeline/decision.ts';
import { type Finding, SEVERITIES, subjectText } from '../pipeline/finding.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MAX_TOLD = 10_000;

/**
 * Keeps a person from being told the same over and over: of an allowlisted trunk that fails all day one finding an hour
 * is told, of a misconfigured device one a day.
 */
export class Reminders {
  /** Until when a verdict that changes nothing is not told again, unless the finding is worse. */
  readonly #told = new BoundedMap<string, { readonly until: number; readonly severity: number }>(MAX_TOLD);

  /** @param isForged so many sources may be forged that one stands for all */
  isRepeated(finding: Finding, { action, code }: Pick<Decision, 'action' | 'code'>, isForged = false): boolean {
    // A campaign is told when there is news of it.
    if (finding.type === 'campaign_detected') return false;
    const about = `${finding.type} ${subjectText(finding.subject)}`;
    if (action === 'block') {
      // Says all there is to say of findings like it; one of another type is news, even of a blocked source.
      for (const like of ['ignore already_blocked', ...(code === 'unproven' ? ['watch unproven'] : [])])
        this.#told.set(`${like} ${about}`, { until: finding.at + HOUR_MS, severity: Infinity });
      return false;
    }
    // What a person is to decide about is news, whatever was only watched before.
    const key = `${action} ${code} ${isForged && action === 'watch' && code === 'unproven' ? finding.type : about}`;
    const told = this.#told.get(key);
    const severity = SEVERITIES.indexOf(finding.severity);
    if (told !== undefined && told.until > finding.at && told.severity >= severity) return true;
    const quietMs = finding.type === 'misconfigured_device' ? DAY_MS : HOUR_MS;
    this.#told.set(key, { until: finding.at + quietMs, severity });
    return false;
  }

  expire(now: number): void {
    this.#told.expire(({ until }) => until < now);
  }
}
