import { roughDuration } from '../lib/duration.ts';

/** A time in the zone of the reader, with its offset: `2026-11-23 08:00:05+01:00`. */
export function localTime(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const offset = -date.getTimezoneOffset();
  const sign = offset < 0 ? '-' : '+';
  const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${zone}`;
}

/** `in 59m`, `never`. */
export function remaining(expiresAt: number | null, now: number): string {
  if (expiresAt === null) return 'never';
  return expiresAt <= now ? 'now' : `in ${roughDuration(expiresAt - now)}`;
}

/** `3h12m ago`. */
export function ago(at: number, now: number): string {
  return `${roughDuration(now - at)} ago`;
}
