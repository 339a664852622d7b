const DAY_MS = 86_400_000;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const DASH = 45;
const COLON = 58;

/**
 * Reads the times that log files write before a line:
 * ISO (`2024-07-08 22:55:41.434`, `2024-07-08T22:55:41.434+02:00`), the same without a year (`07-08 22:55:41`) and
 * syslog's (`Jul  8 22:55:41`, RFC 3164 section 4.1.2). A time without zone is the local one of this process; one without
 * year is the last such day that is at most a day ahead of now.
 */
export class Timestamp {
  readonly #now: () => number;
  /** The time last read, milliseconds since the epoch. */
  ms = 0;
  /** Lines of one second share their time: what it was, and its milliseconds taken for local time. */
  #second = '';
  #secondMs = 0;
  /** The same clock reading taken for UTC. */
  #secondUtcMs = 0;
  #yearless = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Where the time that begins at `at` ends, its value then being `ms`; or -1 if none begins there. */
  read(line: string, at: number): number {
    if (line.charCodeAt(at + 4) === DASH) return this.#readIso(line, at);
    if (line.charCodeAt(at + 2) === DASH) return this.#readMonthDay(line, at);
    return this.#readSyslog(line, at);
  }

  #readIso(line: string, at: number): number {
    const end = at + 19;
    const second = line.slice(at, end);
    if (second !== this.#second || this.#yearless) {
      const [year, month, day] = [number(line, at, 4), number(line, at + 5, 2), number(line, at + 8, 2)];
      const separator = line.charCodeAt(at + 10) | 32;
      if (line.charCodeAt(at + 7) !== DASH || (separator !== 32 && separator !== 116)) return -1;
      if (!this.#keep(second, year, month, day, clock(line, at + 11))) return -1;
      this.#yearless = false;
    }
    this.ms = this.#secondMs;
    const fractionEnd = this.#readFraction(line, end);
    return this.#readZone(line, fractionEnd);
  }

  #readMonthDay(line: string, at: number): number {
    const end = at + 14;
    const second = line.slice(at, end);
    if (line.charCodeAt(at + 5) !== 32) return -1;
    if (!this.#keepYearless(second, number(line, at, 2), number(line, at + 3, 2), clock(line, at + 6))) return -1;
    return this.#readFraction(line, end);
  }

  #readSyslog(line: string, at: number): number {
    const month = MONTHS.indexOf(line.slice(at, at + 3));
    if (month < 0 || month % 3 !== 0 || line.charCodeAt(at + 3) !== 32) return -1;
    let dayAt = at + 4;
    if (line.charCodeAt(dayAt) === 32) dayAt++;
    const digits = line.charCodeAt(dayAt + 1) === 32 ? 1 : 2;
    const end = dayAt + digits + 9;
    const second = line.slice(at, end);
    if (line.charCodeAt(dayAt + digits) !== 32) return -1;
    const day = number(line, dayAt, digits);
    if (!this.#keepYearless(second, month / 3 + 1, day, clock(line, dayAt + digits + 1))) return -1;
    return this.#readFraction(line, end);
  }

  #keepYearless(second: string, month: number, day: number, seconds: number): boolean {
    if (second !== this.#second || !this.#yearless) {
      const now = this.#now();
      // The latest such date that is not in the future; nine years hold a 29 February.
      const latest = new Date(now).getFullYear() + 1;
      let year = latest;
      while (year > latest - 10 && !(this.#keep(second, year, month, day, seconds) && this.#secondMs <= now + DAY_MS))
        year--;
      if (year === latest - 10) return false;
      this.#yearless = true;
    }
    this.ms = this.#secondMs;
    return true;
  }

  #keep(second: string, year: number, month: number, day: number, seconds: number): boolean {
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || seconds < 0) return false;
    const date = new Date(year, month - 1, day, 0, 0, seconds);
    // A leap second at the end of a month is the next one's first.
    if (date.getDate() !== day && seconds !== 86_400) return false;
    this.#second = second;
    this.#secondMs = date.getTime();
    this.#secondUtcMs = Date.UTC(year, month - 1, day, 0, 0, seconds);
    return true;
  }

  #readFraction(line: string, at: number): number {
    const mark = line.charCodeAt(at);
    if (mark !== 46 && mark !== 44) return at;
    let end = at + 1;
    let scale = 100;
    for (let digit = digitAt(line, end); digit >= 0; digit = digitAt(line, ++end)) {
      this.ms += Math.floor(digit * scale);
      scale /= 10;
      if (scale < 1) scale = 0;
    }
    return end;
  }

  /** `Z`, `+02:00` or `+0200` (RFC 3339 section 5.6): the same clock reading, counted from UTC. */
  #readZone(line: string, at: number): number {
    const sign = line.charCodeAt(at);
    if (sign !== 90 && sign !== 43 && sign !== DASH) return at;
    const colon = line.charCodeAt(at + 3) === COLON ? 1 : 0;
    const [hours, minutes] = sign === 90 ? [0, 0] : [number(line, at + 1, 2), number(line, at + 3 + colon, 2)];
    if (hours < 0 || minutes < 0) return at;
    this.ms += this.#secondUtcMs - this.#secondMs;
    this.ms -= (sign === DASH ? -1 : 1) * (hours * 60 + minutes) * 60_000;
    return sign === 90 ? at + 1 : at + 5 + colon;
  }
}

/** `HH:MM:SS` at `at` as seconds of the day, or -1. */
function clock(line: string, at: number): number {
  const [hour, minute, second] = [number(line, at, 2), number(line, at + 3, 2), number(line, at + 6, 2)];
  if (line.charCodeAt(at + 2) !== COLON || line.charCodeAt(at + 5) !== COLON) return -1;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return -1;
  return (hour * 60 + minute) * 60 + second;
}

function number(line: string, at: number, digits: number): number {
  let value = 0;
  for (let i = at; i < at + digits; i++) {
    const digit = digitAt(line, i);
    if (digit < 0) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function digitAt(line: string, at: number): number {
  const digit = line.charCodeAt(at) - 48;
  return digit >= 0 && digit <= 9 ? digit : -1;
}
