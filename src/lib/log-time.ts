/**
 * The time at the start of a log line: syslog (`Nov 23 02:35:01`, RFC 3164 section 4.1.2, also with a fraction as journald
 * prints it) in local time and without a year, or ISO 8601 (`2026-11-23T02:35:01.5+01:00`), local if it has no offset.
 */
export class LogTime {
  readonly #now: () => number;
  /** The part of the stamp down to the second, equal in most neighbouring lines, and what it means in ms. */
  #second = '';
  #localMs = Number.NaN;
  #utcMs = Number.NaN;
  #end = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Position after the stamp last read and the blank that follows it. */
  get end(): number {
    return this.#end;
  }

  /** Milliseconds since the epoch, NaN if `line` does not start with a time. */
  read(line: string): number {
    // A stamp starts with the digit of a year or with a month's name.
    return line.charCodeAt(0) <= 57 ? this.#readIso(line) : this.#readSyslog(line);
  }

  #readSyslog(line: string): number {
    const second = line.slice(0, 15);
    if (second !== this.#second) {
      this.#localMs = syslogTime(second, this.#now());
      this.#second = second;
    }
    const fraction = this.#fraction(line, 15);
    return this.#endsAt(line, this.#end) ? this.#localMs + fraction : Number.NaN;
  }

  #readIso(line: string): number {
    const second = line.slice(0, 19);
    if (second !== this.#second) {
      [this.#localMs, this.#utcMs] = isoTime(second);
      this.#second = second;
    }
    const fraction = this.#fraction(line, 19);
    const offset = this.#offset(line, this.#end);
    if (!this.#endsAt(line, this.#end)) return Number.NaN;
    return (offset === undefined ? this.#localMs : this.#utcMs - offset) + fraction;
  }

  /** Milliseconds in `.123456` (or `,123`) at `from`, 0 if there is no fraction; moves the end past it. */
  #fraction(line: string, from: number): number {
    this.#end = from;
    const point = line.charCodeAt(from);
    if (point !== 46 && point !== 44) return 0;
    let value = 0;
    let at = from + 1;
    for (let digit = digitAt(line, at); digit >= 0 && at < from + 10; digit = digitAt(line, ++at)) {
      if (at < from + 4) value += digit * 10 ** (from + 3 - at);
    }
    this.#end = at;
    return value;
  }

  /** Milliseconds east of UTC of `Z`, `+01:00` or `+0100`; undefined if there is none. Moves the end past it. */
  #offset(line: string, from: number): number | undefined {
    const sign = line.charCodeAt(from);
    if (sign === 90) {
      this.#end = from + 1;
      return 0;
    }
    if (sign !== 43 && sign !== 45) return undefined;
    const colon = line.charCodeAt(from + 3) === 58 ? 1 : 0;
    const hours = digitAt(line, from + 1) * 10 + digitAt(line, from + 2);
    const minutes = digitAt(line, from + 3 + colon) * 10 + digitAt(line, from + 4 + colon);
    this.#end = from + 5 + colon;
    return (sign === 43 ? 1 : -1) * (hours * 60 + minutes) * 60_000;
  }

  #endsAt(line: string, at: number): boolean {
    this.#end = at + 1;
    return line.charCodeAt(at) === 32;
  }
}

/** NaN if there is no decimal digit, so that what is computed from it is NaN. */
function digitAt(line: string, at: number): number {
  const digit = line.charCodeAt(at) - 48;
  return digit >= 0 && digit <= 9 ? digit : Number.NaN;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY_MS = 86_400_000;

function syslogTime(text: string, now: number): number {
  const match = /^([A-Z][a-z]{2}) ([ 0-3]\d) ([012]\d):([0-5]\d):([0-6]\d)$/.exec(text);
  const month = MONTHS.indexOf(match?.[1] ?? '');
  if (match === null || month < 0) return Number.NaN;
  const [day = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(2).map(Number);
  // The latest such date that is not in the future; a day's grace for clocks and zones. Nine years hold a 29 February.
  const thisYear = new Date(now).getFullYear();
  for (let year = thisYear + 1; year > thisYear - 9; year--) {
    const date = new Date(year, month, day, hours, minutes, seconds);
    if (date.getDate() === day && date.getTime() <= now + DAY_MS) return date.getTime();
  }
  return Number.NaN;
}

/** In local time, and as UTC. */
function isoTime(text: string): [number, number] {
  const match = /^(\d{4})-([01]\d)-([0-3]\d)[T ]([012]\d):([0-5]\d):([0-6]\d)$/.exec(text);
  if (match === null) return [Number.NaN, Number.NaN];
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map(Number);
  const utc = new Date(Date.UTC(year, month - 1, day, hours, minutes, seconds));
  if (utc.getUTCDate() !== day || utc.getUTCMonth() !== month - 1) return [Number.NaN, Number.NaN];
  return [new Date(year, month - 1, day, hours, minutes, seconds).getTime(), utc.getTime()];
}
