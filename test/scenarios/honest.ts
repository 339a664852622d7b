/** Who fails without meaning harm. Blocking any of them costs the operator more than most attacks. */

import type { Random } from '../support/random.ts';
import { Actor, DAY, HOUR, MINUTE, SECOND, START, times } from './actors.ts';
import { inOrder, type Play, type Scenario } from './scenario.ts';

/** The phones of an office register, each about every half hour. */
export function officeDay(random: Random, office: Actor, phones: number, from: number, ms: number) {
  return Array.from({ length: phones }, (_, phone) => {
    const offset = random.between(0, 30 * MINUTE);
    return times(Math.floor(ms / (30 * MINUTE)), from + offset, 30 * MINUTE).map((at) =>
      office.registers(at, String(200 + phone)),
    );
  }).flat();
}

function officeOutage(random: Random): Play {
  const office = new Actor('198.51.100.10');
  const outage = START + 4 * HOUR;
  const back = outage + 12 * MINUTE;
  const phones = Array.from({ length: 80 }, (_, phone) => String(200 + phone));
  const during = phones.flatMap((user) =>
    times(20, outage + random.between(0, 30 * SECOND), 35 * SECOND).map((at) =>
      office.fails(at, user, { status: random.chance(0.7) ? 503 : 408, reason: 'Service Unavailable' }),
    ),
  );
  // Three phones had a new password waiting for them and come back with the old one.
  const after = phones.flatMap((user, i) =>
    i < 3
      ? times(40, back + i * SECOND, 30 * SECOND).map((at) => office.fails(at, user))
      : [office.registers(back + random.between(0, 20 * SECOND), user)],
  );
  const before = officeDay(random, office, 80, START, 4 * HOUR);
  return { signals: inOrder(before, during, after), attackers: [], unharmed: ['198.51.100.10'] };
}

function stalePassword(random: Random): Play {
  const phone = new Actor('198.51.100.20');
  const before = times(48, START, 30 * MINUTE).map((at) => phone.registers(at, '301'));
  const failing = times(30 * 24 * 60, START + DAY, MINUTE).map((at) => phone.fails(at + random.between(0, 900), '301'));
  return { signals: inOrder(before, failing), attackers: [], unharmed: ['198.51.100.20'] };
}

function typingError(): Play {
  const phone = new Actor('198.51.100.21');
  const signals = [
    ...times(4, START, 10 * SECOND).map((at) => phone.fails(at, '302')),
    phone.registers(START + MINUTE, '302'),
    ...times(4, START + 2 * MINUTE, 10 * SECOND).map((at) => phone.fails(at, '302')),
    phone.registers(START + 3 * MINUTE, '302'),
  ];
  return { signals, attackers: [], unharmed: ['198.51.100.21'] };
}

function pingingPbx(random: Random): Play {
  const pbx = new Actor('198.51.100.30', { userAgent: 'Asterisk PBX 20.5.0' });
  const registered = times(6 * 20, START, 3 * MINUTE).map((at) => pbx.registers(at, 'branch-office', { expires: 180 }));
  const pings = times(6, START + 10 * MINUTE, HOUR).flatMap((round) =>
    times(2000, round, 50)
      .filter(() => random.chance(0.3))
      .map((at, i) => pbx.knocks(at, { user: 'branch-office', requestUri: `sip:${3000 + i}@pbx.example` })),
  );
  return { signals: inOrder(registered, pings), attackers: [], unharmed: ['198.51.100.30'] };
}

function callCentre(random: Random): Play {
  const centre = new Actor('198.51.100.40', { transport: 'tls' });
  const seats = officeDay(random, centre, 60, START, 2 * HOUR);
  const calls = times(7200, START + 30 * MINUTE, SECOND).flatMap((at) => {
    const outcome = random.chance(0.4)
      ? { ms: random.between(10, 400) * SECOND }
      : { status: random.pick([404, 480, 486, 487, 603]) };
    return centre.calls(at, String(200 + random.between(0, 60)), `0${random.between(1e8, 9e8)}`, outcome);
  });
  return { signals: inOrder(seats, calls), attackers: [], unharmed: ['198.51.100.40'] };
}

function carrierTrunk(random: Random): Play {
  const trunk = new Actor('192.0.2.5', { userAgent: 'Carrier SBC', proven: 'no' });
  const calls = times(4 * 3600, START, SECOND).flatMap((at) =>
    trunk.calls(
      at,
      `+4930${random.between(1e6, 9e6)}`,
      `+4940${random.between(1e6, 9e6)}`,
      random.chance(0.2) ? { status: 404 } : { ms: random.between(5, 600) * SECOND },
      // As many servers make them: among so many, some look like the end of a scanner's.
      { fromTag: random.between(0, 0xffffffff).toString(16).padStart(8, '0') },
    ),
  );
  return { signals: inOrder(calls), attackers: [], unharmed: ['192.0.2.5'] };
}

/** Calls to somewhere new, at home and abroad, and one who does not find the digit for a line at first. */
function dialling(random: Random): Play {
  const office = new Actor('198.51.100.70');
  const phones = officeDay(random, office, 20, START, 5 * DAY);
  const misdials = times(5, START + HOUR, DAY).flatMap((day) =>
    ['01721234567', '0001721234567', '00491721234567'].flatMap((number, i) =>
      office.calls(day + i * 10 * SECOND, '203', number, i < 2 ? { status: 404 } : { ms: 5 * MINUTE }),
    ),
  );
  const fax = times(200, START + 2 * HOUR, 5 * MINUTE).flatMap((at) =>
    office.calls(at, '204', '0043123456789', { status: random.pick([404, 486, 503]) }),
  );
  const sales = times(30, START + 4 * DAY, 3 * MINUTE).flatMap((at) =>
    office.calls(at, '205', `0048${random.between(1e8, 9e8)}`, { ms: random.between(20, 300) * SECOND }),
  );
  return { signals: inOrder(phones, misdials, fax, sales), attackers: [], unharmed: ['198.51.100.70'] };
}

function roamingPhone(random: Random): Play {
  const addresses = Array.from({ length: 48 }, (_, i) => `198.51.100.${100 + i}`);
  const signals = addresses.flatMap((ip, hour) => {
    const phone = new Actor(ip, { transport: 'tls' });
    return [START + hour * HOUR, START + hour * HOUR + 30 * MINUTE].map((at) =>
      phone.registers(at + random.between(0, MINUTE), '303'),
    );
  });
  return { signals: inOrder(signals), attackers: [], unharmed: addresses };
}

function failuresOnly(random: Random): Play {
  const subscribers = Array.from({ length: 12 }, (_, i) => new Actor(`203.0.113.${20 + i}`, { proven: 'unknown' }));
  const signals = subscribers.flatMap((phone, i) =>
    times(3, START + random.between(0, 12 * HOUR), MINUTE).map((at) => phone.fails(at, String(300 + i))),
  );
  return { signals: inOrder(signals), attackers: [], unharmed: subscribers.map(({ address }) => address.text) };
}

/** A week at home, then through four countries, three days each; the desk phone stays in the office. */
function roamingSeller(random: Random): Play {
  const office = new Actor('198.51.100.80');
  const desk = times(3 * 7 * 48, START, 30 * MINUTE).map((at) => office.registers(at, '500'));
  const ips = [
    '198.51.100.81',
    '198.51.100.81',
    '198.18.1.9',
    '198.18.2.9',
    '198.51.100.81',
    '198.18.3.9',
    '198.18.4.9',
  ];
  const mobile = ips.flatMap((ip, stop) => {
    const phone = new Actor(ip, { transport: 'tls', userAgent: 'Zoiper rv2.10.20' });
    // Fifteen hours without a signal: on the way.
    const there = START + stop * 3 * DAY + 15 * HOUR;
    const registers = times(56, there, HOUR).map((at) => phone.registers(at + random.between(0, MINUTE), '500'));
    const calls = times(6, there + HOUR, 9 * HOUR).flatMap((at) =>
      phone.calls(at, '500', `030${random.between(1e6, 9e6)}`, { ms: random.between(30, 900) * SECOND }),
    );
    // The hotel's network is slow to come up: a typing error each time.
    return [phone.fails(there - 10 * SECOND, '500'), ...registers, ...calls];
  });
  return { signals: inOrder(desk, mobile), attackers: [], unharmed: ['198.51.100.80', ...ips] };
}

export const HONEST: readonly Scenario[] = [
  {
    name: 'office-outage',
    story:
      'An office of 80 phones behind one NAT address: the server is away for 12 minutes, all register again at once, three of them with an old password.',
    types: ['misconfigured_device'],
    play: officeOutage,
  },
  {
    name: 'stale-password',
    story: 'A phone keeps an old password and tries once a minute for a month.',
    types: ['misconfigured_device'],
    play: stalePassword,
  },
  {
    name: 'typing-error',
    story: 'Somebody mistypes the password of a new phone four times, twice.',
    types: [],
    play: typingError,
  },
  {
    name: 'pinging-pbx',
    story: 'A registered PBX sends OPTIONS to 2,000 extensions once an hour; a third of them do not exist.',
    types: ['misconfigured_device', 'flood_detected', 'brute_force_detected'],
    play: pingingPbx,
  },
  {
    name: 'call-centre',
    story: 'Sixty seats behind one address dial a number a second; three of five calls fail.',
    types: [],
    play: callCentre,
  },
  {
    name: 'carrier-trunk',
    story:
      'A carrier without credentials delivers a call a second over UDP; one in five is for a number that is not in use; its tags are random hex digits.',
    types: [],
    play: carrierTrunk,
  },
  {
    name: 'dialling',
    story:
      'In an office somebody misdials every day, a fax machine tries the same number for hours, and a seller begins to call Poland.',
    types: [],
    play: dialling,
  },
  {
    name: 'roaming-phone',
    story: 'A mobile phone registers from another address every hour.',
    types: [],
    play: roamingPhone,
  },
  {
    name: 'failures-only',
    story:
      'Twelve subscribers of one /24 mistype a password three times each; the log has failures only, so nobody sees them get in.',
    types: ['distributed_attack', 'campaign_detected'],
    play: failuresOnly,
  },
  {
    name: 'roaming-seller',
    story:
      'A seller travels with a softphone through four countries in three weeks, while the desk phone stays in the office; both have one account.',
    types: ['geo_violation'],
    play: roamingSeller,
  },
];
