/** Spans of time as people write them: `30s`, `5m`, `1h30m`, `7d`. Inside the program a duration is milliseconds. */

/** Largest first, so that a formatted duration reads from left to right. */
const UNITS = [
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;
const UNIT_MS: Readonly<Record<string, number>> = Object.fromEntries(UNITS);

/** The longest duration that is understood: 100 years, far inside what a date can hold. */
export const MAX_DURATION_MS = 100 * 365 * 86_400_000;

export const DURATION_PATTERN = '^(0|(\\d+(w|d|h|m|s|ms))+)$';
export const DURATION_FORM = 'a duration such as 30s, 5m, 1h30m or 7d';

/**
 * Milliseconds, or undefined if `text` is no duration. Each unit at most once, largest first; a number without a unit
 * is refused (nobody agrees whether it is seconds or minutes), except 0.
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  let total = 0;
  let previousUnitMs = Number.POSITIVE_INFINITY;
  let rest = text;
  while (rest !== '') {
    const part = /^(\d{1,15})(ms|[wdhms])/.exec(rest);
    const unitMs = part === null ? undefined : UNIT_MS[part[2] ?? ''];
    if (part === null || unitMs === undefined || unitMs >= previousUnitMs) return undefined;
    total += Number(part[1]) * unitMs;
    previousUnitMs = unitMs;
    rest = rest.slice(part[0].length);
  }
  return text === '' || total > MAX_DURATION_MS ? undefined : total;
}

/**
 * The same span as text, exact: `parseDuration(formatDuration(ms))` is `ms`.
 *
 * @param ms whole milliseconds, 0 or more
 */
export function formatDuration(ms: number): string {
  if (!Number.isSafeInteger(ms) || ms < 0) throw new RangeError(`whole milliseconds from 0, got ${ms}`);
  let rest = ms;
  let text = '';
  for (const [unit, unitMs] of UNITS) {
    // Weeks only when nothing else is left: 8d says more than 1w1d.
    if (unit === 'w' && rest % unitMs !== 0) continue;
    const times = Math.floor(rest / unitMs);
    if (times > 0) text += `${times}${unit}`;
    rest -= times * unitMs;
  }
  return text === '' ? '0' : text;
}

/** The span rounded down to its two largest units, for tables: `3h12m`, `59s`, `4d`. */
export function roughDuration(ms: number): string {
  const whole = Math.max(0, Math.floor(ms));
  if (whole < 1000) return `${whole}ms`;
  const largest = UNITS.findIndex(([unit, unitMs]) => unit !== 'w' && whole >= unitMs);
  const smallestMs = UNITS[Math.min(largest + 1, UNITS.length - 2)]?.[1] ?? 1;
  return formatDuration(whole - (whole % smallestMs)).replace(/^(\d+)w$/, (_, weeks) => `${Number(weeks) * 7}d`);
}
