/** Weeks of an office, and what is unlike them: rightly found, or honest. */
import type { Signal } from '../../src/pipeline/signal.ts';
import type { Random } from '../support/random.ts';
import { Actor, DAY, HOUR, MINUTE, SECOND, START, times } from './actors.ts';
import { inOrder, type Play, type Scenario } from './scenario.ts';

const OFFICE = '198.51.100.80';
const PHONES = Array.from({ length: 12 }, (_, i) => String(600 + i));
const WEEKS = 6;
const OLD = 'Yealink SIP-T46U 108.86.0.20';
const NEW = 'Yealink SIP-T46U 108.86.0.75';
/** The Monday of the last week. */
const LAST_MONDAY = START + (WEEKS - 1) * 7 * DAY;

interface OfficeWeeks {
  /** Days, counted from the first, on which nobody works. */
  readonly isOff?: (day: number) => boolean;
  /** How many times as much as else is called on a day. */
  readonly busy?: (day: number) => number;
  readonly userAgent?: (user: string, at: number) => string;
}

/** Six weeks: every phone registers once an hour, and calls about twice an hour in the eight hours of a working day. */
function officeWeeks(random: Random, options: OfficeWeeks = {}): Signal[] {
  const { isOff = () => false, busy = () => 1, userAgent = () => OLD } = options;
  const office = new Actor(OFFICE);
  return PHONES.flatMap((user) => {
    const offset = random.between(0, HOUR);
    const registered = times(WEEKS * 7 * 24, START + offset, HOUR).map((at) =>
      office.registers(at, user, { userAgent: userAgent(user, at) }),
    );
    const called = times(WEEKS * 7, START, DAY).flatMap((day, i) =>
      i % 7 > 4 || isOff(i)
        ? []
        : times(16 * busy(i), day, (30 * MINUTE) / busy(i)).flatMap((at) =>
            office.calls(at + random.between(0, 20 * MINUTE), user, `030${random.between(1e6, 9e6)}`, {
              ms: random.between(30, 400) * SECOND,
            }),
          ),
    );
    return [...registered, ...called];
  });
}

/** Numbers at home, so that nothing is dear; an office phone's user agent, so that nothing is odd. */
function robocalls(random: Random): Play {
  const night = LAST_MONDAY + 5 * DAY + 18 * HOUR;
  const thief = new Actor('203.0.113.67', { userAgent: OLD });
  const calls = times(4 * 45, night + MINUTE, 80 * SECOND).flatMap((at) =>
    thief.calls(at, '603', `040${random.between(1e6, 9e6)}`, { ms: random.between(5, 60) * SECOND }),
  );
  return {
    signals: inOrder(officeWeeks(random), [thief.registers(night, '603')], calls),
    attackers: ['203.0.113.67'],
    unharmed: [OFFICE],
  };
}

/** A week off, and on the last Monday the server comes back at ten: all register again, several times, and call twice as much. */
function holidaysAndOutage(random: Random): Play {
  const office = new Actor(OFFICE);
  const lastMonday = (WEEKS - 1) * 7;
  const isOff = (day: number) => day >= 21 && day < 28;
  const usual = officeWeeks(random, { isOff, busy: (day) => (day === lastMonday ? 2 : 1) });
  const [from, to] = [LAST_MONDAY - 2 * HOUR, LAST_MONDAY + 2 * HOUR];
  const trying = PHONES.flatMap((user) =>
    times(120, from + random.between(0, MINUTE), 2 * MINUTE).map((at) =>
      office.fails(at, user, { status: 503, reason: 'Service Unavailable' }),
    ),
  );
  const back = PHONES.flatMap((user) =>
    times(8, to + random.between(0, 20 * SECOND), MINUTE).map((at) => office.registers(at, user)),
  );
  const rest = usual.filter(({ at }) => at < from || at >= to);
  return { signals: inOrder(rest, trying, back), attackers: [], unharmed: [OFFICE] };
}

function rollOut(random: Random): Play {
  const from = LAST_MONDAY + 2 * DAY;
  const userAgent = (user: string, at: number) => (at < from + (Number(user) - 600) * 10 * MINUTE ? OLD : NEW);
  return { signals: inOrder(officeWeeks(random, { userAgent })), attackers: [], unharmed: [OFFICE] };
}

export const HABITS: readonly Scenario[] = [
  {
    name: 'holidays-and-outage',
    story:
      'Six weeks of an office: one is off, and on a Monday the server comes back at ten; everybody registers again and calls twice as much as else.',
    types: [],
    play: holidaysAndOutage,
  },
  {
    name: 'firmware-roll-out',
    story: 'Six weeks of an office of twelve phones; one day all of them get another firmware.',
    types: ['behaviour_deviation'],
    play: rollOut,
  },
  {
    name: 'robocalls-at-night',
    story:
      'After six weeks of an office a stolen password is used on a Saturday night, for short calls to numbers at home, 45 an hour.',
    types: ['behaviour_deviation'],
    play: robocalls,
  },
];
