import { BoundedMap } from '../lib/bounded-map.ts';
import type { Decision } from '../pipeline/decision.ts';
import { type Finding, subjectText } from '../pipeline/finding.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MAX_TOLD = 10_000;

/**
 * Keeps a person from being told the same over and over: of an allowlisted trunk that fails all day one finding an hour
 * is told, of a misconfigured device one a day.
 */
export class Reminders {
  /** Until when a verdict that changes nothing is not told again. */
  readonly #told = new BoundedMap<string, number>(MAX_TOLD);

  isRepeated(finding: Finding, { action, code }: Pick<Decision, 'action' | 'code'>): boolean {
    // A campaign is told when there is news of it.
    if (finding.type === 'campaign_detected') return false;
    const about = `${finding.type} ${subjectText(finding.subject)}`;
    if (action === 'block') {
      // Says all there is to say of findings like it; one of another type is news, even of a blocked source.
      this.#told.set(`already_blocked ${about}`, finding.at + HOUR_MS);
      return false;
    }
    const key = `${code} ${about}`;
    if ((this.#told.get(key) ?? 0) > finding.at) return true;
    this.#told.set(key, finding.at + (finding.type === 'misconfigured_device' ? DAY_MS : HOUR_MS));
    return false;
  }

  expire(now: number): void {
    this.#told.expire((until) => until < now);
  }
}
