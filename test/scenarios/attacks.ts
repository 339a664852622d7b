/** Who means harm, alone or in numbers. */
import type { Signal } from '../../src/pipeline/signal.ts';
import type { Random } from '../support/random.ts';
import { Actor, DAY, HOUR, MINUTE, SECOND, START, times } from './actors.ts';
import { officeDay } from './honest.ts';
import { inOrder, type Play, type Scenario } from './scenario.ts';

/** A user agent that says nothing: attackers who want to stay take one of a phone. */
const NEUTRAL = { userAgent: 'Grandstream GXP1625 1.0.7.13' };

/** A customer who must come through all attacks unharmed. */
function customer(ip: string, from: number, ms: number): Signal[] {
  const phone = new Actor(ip);
  return times(Math.max(2, Math.floor(ms / (30 * MINUTE))), from, 30 * MINUTE).map((at) => phone.registers(at, '900'));
}

function alone(ip: string, signals: readonly Signal[]): Play {
  const last = signals.at(-1)?.at ?? START;
  const others = customer('198.51.100.99', START - HOUR, last - START + HOUR);
  return { signals: inOrder(others, signals), attackers: [ip], unharmed: ['198.51.100.99'] };
}

function crack(count: number, everyMs: number) {
  return (): Play => {
    const bot = new Actor('203.0.113.10', NEUTRAL);
    return alone(
      '203.0.113.10',
      times(count, START, everyMs).map((at) => bot.fails(at, '1000')),
    );
  };
}

function crackBehindScanner(): Play {
  const bot = new Actor('203.0.113.11', { userAgent: 'friendly-scanner', proven: 'no' });
  return alone(
    '203.0.113.11',
    times(2000, START, 50).map((at) => bot.fails(at, '1000')),
  );
}

function enumerate(count: number, everyMs: number, status: number) {
  return (random: Random): Play => {
    const bot = new Actor('203.0.113.12', NEUTRAL);
    const signals = times(count, START, everyMs).map((at, i) =>
      bot.fails(at + random.between(0, everyMs / 4), String(100 + i), {
        status,
        reason: status === 404 ? 'Not Found' : 'Unauthorized',
      }),
    );
    return alone('203.0.113.12', signals);
  };
}

function scan(): Play {
  const bot = new Actor('203.0.113.13', { userAgent: 'friendly-scanner', proven: 'no' });
  return alone('203.0.113.13', [bot.knocks(START, { user: '100', from: '"sipvicious"<sip:100@1.1.1.1>' })]);
}

function strangeDomains(): Play {
  const bot = new Actor('203.0.113.14', NEUTRAL);
  return alone(
    '203.0.113.14',
    times(60, START, 20 * SECOND).map((at) =>
      bot.knocks(at, { method: 'REGISTER', domain: '203.0.113.1', user: '100' }),
    ),
  );
}

/** Each bot has an account of its own each day, out of a hundred that exist. They live all over the internet. */
function botnet(random: Random): Play {
  const bots = Array.from({ length: 5000 }, (_, i) => {
    return new Actor(`${11 + (i % 180)}.${random.between(0, 256)}.${random.between(0, 256)}.${1 + (i % 250)}`, NEUTRAL);
  });
  const signals = [0, 1, 2].flatMap((day) =>
    bots.map((bot) => bot.fails(START + day * DAY + random.between(0, DAY), String(1000 + random.between(0, 100)))),
  );
  // The owner of an attacked account, whose phone is registered and once fails itself.
  const owner = customer('198.51.100.99', START - HOUR, 3 * DAY);
  const phone = new Actor('198.51.100.98');
  const attacked = times(140, START - HOUR, 30 * MINUTE).map((at, i) =>
    i === 70 ? phone.fails(at, '1042') : phone.registers(at, '1042'),
  );
  return {
    signals: inOrder(signals, owner, attacked),
    attackers: bots.map((bot) => bot.address.text),
    unharmed: ['198.51.100.98', '198.51.100.99'],
  };
}

/** Everybody in the group takes a turn, so that none of them is conspicuous. */
function takingTurns(addresses: readonly string[], count: number, everyMs: number, more: object): Play {
  const bots = addresses.map((ip) => new Actor(ip, { ...NEUTRAL, ...more }));
  const signals = times(count, START, everyMs).flatMap(
    (at, i) => bots[i % bots.length]?.fails(at, String(1000 + (i % 40))) ?? [],
  );
  return {
    signals: inOrder(customer('198.51.100.99', START - HOUR, count * everyMs + HOUR), signals),
    attackers: addresses,
    unharmed: ['198.51.100.99'],
  };
}

function hopping(): Play {
  const addresses = Array.from({ length: 600 }, (_, i) => `2001:db8:77:${(i * 109 + 1).toString(16)}::${i + 1}`);
  return takingTurns(addresses, 600, 20 * SECOND, { transport: 'tcp' });
}

function neighbours(): Play {
  return takingTurns(
    Array.from({ length: 30 }, (_, i) => `203.0.113.${100 + i}`),
    30 * 36,
    40 * SECOND,
    {},
  );
}

/** Somebody inside a customer's office attacks the other accounts. */
function behindNat(random: Random): Play {
  const office = new Actor('198.51.100.50');
  const work = officeDay(random, office, 40, START - 4 * HOUR, 8 * HOUR);
  const attack = times(3000, START, 200).map((at, i) => office.fails(at, String(5000 + (i % 500))));
  return {
    signals: inOrder(work, attack),
    attackers: ['198.51.100.50'],
    attackFrom: START,
    unharmed: ['198.51.100.50'],
  };
}

function stolenPassword(random: Random): Play {
  const desk = new Actor('198.51.100.60');
  const days = times(14 * 48, START - 14 * DAY, 30 * MINUTE).map((at) => desk.registers(at, '400'));
  const work = times(14, START - 14 * DAY, DAY).flatMap((day) =>
    times(12, day, 35 * MINUTE).flatMap((at) =>
      desk.calls(at, '400', `030${random.between(1e6, 9e6)}`, { ms: random.between(30, 400) * SECOND }),
    ),
  );
  const thief = new Actor('203.0.113.66', NEUTRAL);
  const night = START + 18 * HOUR;
  const calls = times(120, night + MINUTE, 30 * SECOND).flatMap((at) =>
    thief.calls(at, '400', `00882${random.between(1e7, 9e7)}`, { ms: random.between(60, 1200) * SECOND }),
  );
  return {
    signals: inOrder(days, work, [thief.registers(night, '400')], calls),
    attackers: ['203.0.113.66'],
    unharmed: ['198.51.100.60'],
  };
}

/** The back end goes by the credentials alone; the thief has an account of his own, and writes another's name into From. */
function nameInFrom(random: Random): Play {
  const credentials = (user: string) => ({ authUser: user, authRealm: 'pbx' });
  const desk = new Actor('198.51.100.61', credentials('401'));
  const days = times(14 * 48, START - 14 * DAY, 30 * MINUTE).map((at) => desk.registers(at, '401'));
  const work = times(15, START - 14 * DAY, DAY).flatMap((day) =>
    times(12, day, 35 * MINUTE).flatMap((at) =>
      desk.calls(at, '401', `030${random.between(1e6, 9e6)}`, { ms: random.between(30, 400) * SECOND }),
    ),
  );
  const thief = new Actor('203.0.113.68', { ...NEUTRAL, ...credentials('402') });
  const registered = times(8, START, HOUR).map((at) => thief.registers(at, '402'));
  const calls = times(60, START + HOUR, MINUTE).flatMap((at) =>
    thief.calls(at, '401', `00882${random.between(1e7, 9e7)}`, { ms: random.between(60, 1200) * SECOND }),
  );
  return {
    signals: inOrder(days, work, registered, calls),
    attackers: ['203.0.113.68'],
    unharmed: ['198.51.100.61'],
  };
}

/** The same number after one prefix and another, each call from a new port, as the tools in the field do. */
function probeDialPlan(): Play {
  const prefixes = ['00', '011', '9011', '810', '900', '0011', '000', '9', '99900', '700', '800', '+'];
  const signals = times(240, START, 30 * SECOND).flatMap((at, i) => {
    const bot = new Actor('203.0.113.15', { ...NEUTRAL, port: 5070 + i });
    const number = `${prefixes[i % prefixes.length]}${i % 24 < 12 ? '972592277524' : '46812345678'}`;
    return bot.knocks(at, {
      method: 'INVITE',
      status: 401,
      user: '100',
      reason: 'dial_probe',
      requestUri: `sip:${number}@pbx.example`,
    });
  });
  return alone('203.0.113.15', signals);
}

const CRACKED = ['brute_force_detected'] as const;
const ENUMERATED = ['username_enumeration'] as const;

export const ATTACKS: readonly Scenario[] = [
  {
    name: 'crack-fast',
    story: 'One address guesses 20 passwords a second.',
    types: CRACKED,
    play: crack(2000, 50),
  },
  {
    name: 'crack-slow',
    story: 'One address guesses a password every 3 minutes for a day.',
    types: CRACKED,
    play: crack(480, 3 * MINUTE),
  },
  {
    name: 'crack-very-slow',
    story: 'One address guesses a password every 20 minutes for a week.',
    types: CRACKED,
    play: crack(504, 20 * MINUTE),
  },
  {
    name: 'svcrack',
    story: 'SIPVicious cracks an account over UDP and does not return the challenge.',
    types: ['scanner_detected', 'brute_force_detected'],
    play: crackBehindScanner,
  },
  {
    name: 'svmap',
    story: 'SIPVicious sends a single OPTIONS.',
    types: ['scanner_detected'],
    play: scan,
  },
  {
    name: 'enumerate-fast',
    story: 'One address asks for 900 extensions, 20 a second; unknown ones are answered with 404.',
    types: [...ENUMERATED, ...CRACKED],
    play: enumerate(900, 50, 404),
  },
  {
    name: 'enumerate-slow',
    story: 'One address tries an extension every 10 minutes for three days.',
    types: ENUMERATED,
    play: enumerate(432, 10 * MINUTE, 401),
  },
  {
    name: 'unknown-domains',
    story: 'One address knocks at a domain that is not ours, three times a minute.',
    types: CRACKED,
    play: strangeDomains,
  },
  {
    name: 'dial-probe',
    story: 'One address calls a number with one prefix after another, a call in 30 seconds, each from a new port.',
    types: ['dial_probe_detected'],
    play: probeDialPlan,
  },
  {
    name: 'botnet',
    story: '5,000 bots try one account each a day, for three days.',
    types: ['distributed_attack'],
    play: botnet,
  },
  {
    name: 'neighbours',
    story: '30 addresses of one /24 take turns, each once in 20 minutes.',
    types: ['distributed_attack'],
    play: neighbours,
  },
  {
    name: 'ipv6-hopping',
    story: 'A tool takes a new /64 of its /48 for every guess.',
    types: ['distributed_attack'],
    play: hopping,
  },
  {
    name: 'behind-nat',
    story: 'Somebody in an office of 40 registered phones attacks 500 accounts.',
    types: ['brute_force_detected', 'username_enumeration'],
    play: behindNat,
  },
  {
    name: 'stolen-password',
    story: 'A stolen password is used from abroad, at night, for calls to satellite numbers.',
    types: ['toll_fraud_suspected', 'account_compromised', 'geo_violation', 'behaviour_deviation'],
    play: stolenPassword,
  },
  {
    name: 'name-in-from',
    story: 'Somebody with an account of his own calls satellite numbers with the name of another account in From.',
    types: ['toll_fraud_suspected'],
    play: nameInFrom,
  },
];
