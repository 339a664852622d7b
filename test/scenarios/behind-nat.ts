/** An office behind one NAT address, and somebody in it who means harm: each socket has a port of its own there. */
import type { Random } from '../support/random.ts';
import { Actor, HOUR, MINUTE, SECOND, START, times } from './actors.ts';
import { inOrder, type Play, type Scenario } from './scenario.ts';

const NAT = '198.51.100.55';
const PHONES = Array.from({ length: 30 }, (_, i) => ({ user: String(200 + i), port: 20_000 + 37 * i }));
const flowOf = (port: number) => `udp:${NAT}:${port}`;

/** Phones that register and call; one fails with last month's password, which is not the attacker's doing. */
function workingDay(random: Random) {
  const office = new Actor(NAT);
  return PHONES.flatMap(({ user, port }, i) => {
    const begin = START - 2 * HOUR + random.between(0, 20 * MINUTE);
    if (i === 0) {
      const before = times(3, begin, 30 * MINUTE).map((at) => office.registers(at, user, { port }));
      return [...before, ...times(120, START - 20 * MINUTE, 30 * SECOND).map((at) => office.fails(at, user, { port }))];
    }
    const registered = times(12, begin, 20 * MINUTE).map((at) => office.registers(at, user, { port }));
    const calls = times(5, begin + MINUTE, 40 * MINUTE).flatMap((at) =>
      office.calls(at, user, `030${random.between(1e6, 9e6)}`, { ms: random.between(60, 900) * SECOND }, { port }),
    );
    return [...registered, ...calls];
  });
}

/** Five accounts a second; a new port whenever the tool is started again. */
function fromOnePortAfterAnother(random: Random): Play {
  const tool = new Actor(NAT, { userAgent: 'Grandstream GXP1625 1.0.7.13' });
  const ports = [41_003, 41_018, 52_377];
  const attack = ports.flatMap((port, run) =>
    times(300, START + run * 5 * MINUTE, 200).map((at, i) => tool.fails(at, String(5000 + run * 300 + i), { port })),
  );
  return {
    signals: inOrder(workingDay(random), attack),
    attackers: [NAT],
    attackFrom: START,
    stopped: ports.map(flowOf),
    unharmed: [NAT, ...PHONES.map(({ port }) => flowOf(port))],
  };
}

/** A new port for each request: there is nothing to be gained by blocking ports. */
function fromAnyPort(random: Random): Play {
  const tool = new Actor(NAT, { userAgent: 'Grandstream GXP1625 1.0.7.13' });
  const attack = times(600, START, SECOND).map((at, i) => tool.fails(at, String(5000 + i), { port: 30_000 + i }));
  return {
    signals: inOrder(workingDay(random), attack),
    attackers: [NAT],
    attackFrom: START,
    unharmed: [NAT, ...PHONES.map(({ port }) => flowOf(port))],
  };
}

const CONFIG = 'policy: {known-good: {on-attack: port}}';

export const BEHIND_NAT: readonly Scenario[] = [
  {
    name: 'behind-nat-ports',
    story:
      'With `on-attack: port`: behind the address of an office of 30 phones somebody tries five accounts a second, three times a minute long, each time from another port.',
    types: ['brute_force_detected', 'username_enumeration'],
    config: CONFIG,
    play: fromOnePortAfterAnother,
  },
  {
    name: 'behind-nat-any-port',
    story: 'With `on-attack: port`: the same with a new port for each request, which is held for a person.',
    types: ['brute_force_detected', 'username_enumeration'],
    config: CONFIG,
    play: fromAnyPort,
  },
];
