/** UDP packets whose source address is a lie, sent to have somebody banned or to fill the memory. */

import type { Random } from '../support/random.ts';
import { Actor, HOUR, MINUTE, SECOND, START, times } from './actors.ts';
import { inOrder, type Play, type Scenario } from './scenario.ts';

const FORGED = { proven: 'no', userAgent: 'friendly-scanner' } as const;

/** Failures "from" the trunk, a registered phone and an office. The liar himself is not to be seen. */
function framing(random: Random): Play {
  const trunk = new Actor('192.0.2.5', { proven: 'no' });
  const phone = new Actor('198.51.100.70');
  const office = new Actor('198.51.100.71', { transport: 'tls' });
  const honest = inOrder(
    times(3 * 60, START - HOUR, MINUTE).flatMap((at) => trunk.calls(at, '+4930555', '+4940555', { ms: 30 * SECOND })),
    times(12, START - HOUR, 15 * MINUTE).map((at) => phone.registers(at, '500')),
    times(12, START - HOUR, 15 * MINUTE).flatMap((at) =>
      ['501', '502', '503'].map((user) => office.registers(at, user)),
    ),
  );
  const victims = ['192.0.2.5', '198.51.100.70', '198.51.100.71'];
  const lies = victims
    .map((ip) => new Actor(ip, FORGED))
    .flatMap((victim) =>
      times(500, START, 100).map((at, i) =>
        random.chance(0.5) ? victim.fails(at, String(1000 + (i % 60))) : victim.knocks(at, { user: String(i) }),
      ),
    );
  return { signals: inOrder(honest, lies), attackers: [], unharmed: victims };
}

/** Every packet from another address: nobody is to blame, nothing may grow without bound. */
function flood(random: Random): Play {
  const phone = new Actor('198.51.100.70');
  const honest = times(4, START - HOUR, 30 * MINUTE).map((at) => phone.registers(at, '500'));
  const signals = times(50_000, START, 1).map((at) => {
    const ip = `${random.between(11, 190)}.${random.between(0, 256)}.${random.between(0, 256)}.${random.between(1, 255)}`;
    return new Actor(ip, { proven: 'no' }).fails(at, String(random.between(100, 9999)));
  });
  return {
    signals: inOrder(honest, signals),
    attackers: [],
    unharmed: ['198.51.100.70', ...new Set(signals.map((signal) => signal.address.text))],
  };
}

export const FORGERIES: readonly Scenario[] = [
  {
    name: 'forged-framing',
    story: 'Forged failures "from" the trunk, a registered phone and an office, to have them banned.',
    types: ['brute_force_detected', 'scanner_detected', 'username_enumeration', 'misconfigured_device'],
    play: framing,
  },
  {
    name: 'forged-flood',
    story: '50,000 failures a minute, each from another forged address.',
    types: ['distributed_attack', 'campaign_detected'],
    play: flood,
  },
];
