/** The sentences of findings. Hours are UTC: whoever reads them has a zone, and the SBC has none. */
import type { HourHabit } from '../../lib/habit/week-hours.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
/** The epoch was a Thursday. */
const EPOCH_DAY = 4;

/** `between 02:00 and 03:00 UTC on a Sunday` */
export function hourText(at: number): string {
  const hour = Math.floor(at / HOUR_MS) % 24;
  const day = WEEKDAYS[(Math.floor(at / DAY_MS) + EPOCH_DAY) % 7];
  const clock = (value: number) => `${String(value % 24).padStart(2, '0')}:00`;
  return `between ${clock(hour)} and ${clock(hour + 1)} UTC on a ${day}`;
}

/** `by habit of 5 weeks none at that time and at most about 9 in any hour` */
export function habitText(habit: HourHabit, days: number): string {
  return `by habit of ${spanText(days)} ${mostText(habit.around)} at that time and ${mostText(habit.ever)} in any hour`;
}

/** `at most about 9`, `none` */
export function mostText(most: number): string {
  const rounded = Math.round(most);
  return rounded === 0 ? 'none' : `at most about ${rounded}`;
}

/** Whole weeks from the third on, for a habit goes back that far. */
export function spanText(days: number): string {
  return days < 14 ? `${days} days` : `${Math.floor(days / 7)} weeks`;
}
