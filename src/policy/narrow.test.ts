import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { NOW, type SignalSketch, series, signal } from '../../test/support/signals.ts';
import { Flow } from '../lib/flow.ts';
import { Network } from '../lib/network.ts';
import type { Decision } from '../pipeline/decision.ts';
import type { Finding } from '../pipeline/finding.ts';
import { policyConfig } from './config.ts';
import { Policy } from './policy.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const IP = '198.51.100.7';
/** When the attack begins: everybody has registered by then. */
const AT = NOW + 10 * MINUTE;

interface Setting {
  readonly config?: object;
  readonly canBlockFlows?: boolean;
  readonly dryRunDetectors?: readonly string[];
}

/** Twelve phones, each in a port of its own from 6000 on. */
function office({ config = {}, canBlockFlows = true, dryRunDetectors = [] }: Setting = {}) {
  const policy = new Policy({
    config: policyConfig.parse({ 'known-good': { 'on-attack': 'port', ...config } }),
    dryRunDetectors,
    canBlockFlows: () => canBlockFlows,
  });
  const see = (...sketches: readonly SignalSketch[]) => {
    const found: Finding[] = [];
    for (const sketch of sketches) {
      const one = signal({ ip: IP, proven: 'yes', at: AT, ...sketch });
      policy.observe(one);
      found.push(...[policy.portWatch.observe(one) ?? []].flat());
    }
    return found;
  };
  see(
    ...Array.from({ length: 12 }, (_, i): SignalSketch => {
      return { kind: 'register.ok', user: String(200 + i), port: 6000 + i, at: NOW, expires: 3600 };
    }),
  );
  return { policy, see };
}

const guesses = (count: number, port: number, sketch: SignalSketch = {}) =>
  Array.from({ length: count }, (_, i): SignalSketch => ({ user: String(900 + i), port, at: AT + i, ...sketch }));

function finding(changes: Partial<Omit<Finding, 'evidence'>> & { proven?: 'yes' | 'no' | 'unknown' } = {}): Finding {
  const { proven = 'yes', at = AT + 100, ...rest } = changes;
  return {
    type: 'brute_force_detected',
    detector: 'brute-force',
    severity: 'error',
    subject: { kind: 'ip', address: signal({ ip: IP }).address },
    at,
    count: 5,
    reason: '5 failed registrations within 5m',
    evidence: { firstAt: at, lastAt: at, proven, samples: {} },
    identity: `test:${at}`,
    ...rest,
  };
}
const isBlock = ({ action }: Decision) => action === 'block';
const outcome = (policy: Policy, one: Finding = finding()) => {
  const { action, code, target, seconds } = policy.decide(one);
  return [action, code, target?.text, seconds];
};

describe('an attack from behind a known-good address', () => {
  test('is stopped at its port, briefly at first, longer when it comes back', () => {
    const { policy, see } = office();
    see(...guesses(9, 7000));
    const decision = policy.decide(finding());
    assert.deepEqual([decision.action, decision.code, decision.seconds], ['block', 'threshold', 120]);
    assert.equal(decision.target?.text, `udp:${IP}:7000`);
    assert.equal(
      decision.reason,
      `UDP port 7000 of ${IP} blocked for 2m: 5 failed registrations within 5m; the address is known good, so whoever else is there goes on`,
    );
    const again = AT + 3 * MINUTE;
    see(...guesses(9, 7000, { at: again }));
    assert.deepEqual(outcome(policy, finding({ at: again + 1 })), ['block', 'repeat_offender', `udp:${IP}:7000`, 600]);
  });

  test('is told by the accounts that it tries, not by who fails most', () => {
    const { policy, see } = office();
    see(...series(50, 100, { user: '200', port: 6050, at: AT }), ...guesses(2, 6051), ...guesses(6, 7000));
    see(...series(40, 100, { user: '950', port: 6052, at: AT }));
    assert.deepEqual(outcome(policy), ['block', 'threshold', `udp:${IP}:7000`, 120]);
  });

  test('is stopped whatever transport it takes, in TCP and UDP apart', () => {
    for (const [transport, protocol] of [
      ['udp', 'udp'],
      ['tcp', 'tcp'],
      ['tls', 'tcp'],
      ['wss', 'tcp'],
    ] as const) {
      const { policy, see } = office();
      see(...guesses(9, 6000, { transport }));
      if (protocol === 'tcp') assert.equal(outcome(policy)[2], `tcp:${IP}:6000`, 'the phone has this port in UDP');
      else assert.equal(outcome(policy)[0], 'hold');
    }
  });

  test('by one guess after another at a single account, too', () => {
    const { policy, see } = office();
    see(...series(80, 500, { user: '200', port: 7000, at: AT }));
    assert.deepEqual(outcome(policy, finding({ at: AT + 40_000 })), ['block', 'threshold', `udp:${IP}:7000`, 120]);
  });

  test('from an IPv6 network is stopped at the very host', () => {
    const { policy, see } = office();
    const [phone, attacker] = ['2001:db8::1', '2001:db8::2'];
    see({ kind: 'register.ok', ip: phone!, port: 5060, at: NOW }, ...guesses(9, 5060, { ip: attacker! }));
    const subject = { kind: 'ip', address: signal({ ip: attacker! }).address } as const;
    assert.deepEqual(outcome(policy, finding({ subject })), ['block', 'threshold', 'udp:[2001:db8::2]:5060', 120]);
  });

  test('a tool is stopped at the port of the very request that gave it away', () => {
    const { policy, see } = office();
    see(...guesses(20, 6050), { kind: 'request.refused', reason: 'scanner_detected', port: 7000, at: AT + 100 });
    assert.deepEqual(outcome(policy, finding({ type: 'scanner_detected' })), [
      'block',
      'threshold',
      `udp:${IP}:7000`,
      120,
    ]);
    assert.equal(outcome(policy, finding({ type: 'scanner_detected', at: AT + 101 }))[0], 'hold', 'no request of then');
  });
});

describe('another port of the attacker', () => {
  test('is blocked after three attempts at accounts of strangers', () => {
    const { policy, see } = office();
    see(...guesses(9, 7000));
    policy.decide(finding());
    const [found, ...others] = see(...guesses(3, 7001, { at: AT + 1000 }));
    assert.ok(found !== undefined && others.length === 0);
    assert.equal(found.reason, `3 failed requests from UDP port 7001 of ${IP} after another port of it was blocked`);
    assert.deepEqual(outcome(policy, found), ['block', 'threshold', `udp:${IP}:7001`, 120]);
    assert.deepEqual(see(...guesses(20, 7001, { at: AT + 1010 })), [], 'packets that were under way');
  });

  test('is looked for an hour long, at that address alone', () => {
    const { policy, see } = office();
    see({ kind: 'register.ok', ip: '198.51.100.8', at: NOW }, ...guesses(9, 7000));
    assert.deepEqual(see(...guesses(9, 7005)), [], 'before anything was blocked');
    policy.decide(finding());
    assert.deepEqual(see(...guesses(9, 7001, { at: AT + 5, ip: '198.51.100.8' })), []);
    assert.deepEqual(see(...guesses(9, 7001, { at: AT + 2 * HOUR })), []);
  });

  test('is none of a phone with an old password, and nothing that may be forged', () => {
    const { policy, see } = office();
    see(...guesses(9, 7000));
    policy.decide(finding());
    assert.deepEqual(see(...series(30, 1000, { user: '203', port: 6060, at: AT + 1000 })), []);
    const device = policy.decide(finding({ at: AT + 31_000 }));
    assert.deepEqual([device.action, device.finding.type], ['watch', 'misconfigured_device']);
    assert.deepEqual(see(...guesses(30, 7001, { at: AT + 40_000, proven: 'no' })), []);
  });

  test('is not looked for in what was stopped: a device that fails meanwhile is none', () => {
    const { policy, see } = office();
    see(...guesses(9, 7000));
    policy.decide(finding());
    see(...guesses(9, 7000, { at: AT + 200 }), { user: '203', port: 6060, at: AT + 5 * MINUTE });
    const one = finding({ at: AT + 5 * MINUTE });
    assert.deepEqual(outcome(policy, one).slice(0, 2), ['watch', 'known_good']);
    see({ user: '203', port: 0, at: AT + 6 * MINUTE });
    assert.equal(outcome(policy, finding({ at: AT + 6 * MINUTE }))[0], 'hold', 'no telling where from');
  });

  test('makes it a matter for a person when there are too many', () => {
    const { policy, see } = office({ config: { 'max-ports': 3 } });
    const ports = Array.from({ length: 6 }, (_, i) => {
      const at = AT + i * MINUTE;
      const [found] = see(...guesses(9, 7000 + i, { at }));
      const { action, target, reason } = policy.decide(i === 0 ? finding({ at: at + 9 }) : (found ?? assert.fail()));
      return [
        action,
        target?.text,
        /comes from (\d) ports within 1h, so blocking ports does not stop it/.exec(reason)?.[1],
      ];
    });
    assert.deepEqual(ports, [
      ['block', `udp:${IP}:7000`, undefined],
      ['block', `udp:${IP}:7001`, undefined],
      ['block', `udp:${IP}:7002`, undefined],
      ['hold', IP, '4'],
      ['hold', IP, '5'],
      ['hold', IP, '6'],
    ]);
  });

  test('is looked for after a restart as well', () => {
    const { policy, see } = office();
    see(...guesses(9, 7000));
    policy.decide(finding());
    const next = office();
    next.policy.restore(structuredClone(policy.snapshot()));
    assert.equal(next.see(...guesses(3, 7001, { at: AT + 1000 })).length, 1);
    assert.deepEqual(office().see(...guesses(3, 7001, { at: AT + 1000 })), [], 'not without it');
  });
});

describe('no port is blocked', () => {
  const held = (policy: Policy, why: RegExp, one: Finding = finding()) => {
    const { action, code, target, reason } = policy.decide(one);
    assert.deepEqual([action, code, target?.text], ['hold', 'known_good', IP]);
    assert.match(reason, why);
    assert.match(reason, /would cut 1[23] live registrations and \d calls?, so a person decides$/);
  };

  test('that a phone is registered from, or calls', () => {
    const phone = office();
    phone.see(...guesses(9, 6003));
    held(
      phone.policy,
      /^held, the address is known good, and it comes from UDP port 6003 of 198\.51\.100\.7, which carries 1 live registration and 0 calls: /,
    );
    const caller = office();
    caller.see({ kind: 'call.answered', user: '777', callId: 'a', port: 7000, at: NOW }, ...guesses(9, 7000));
    held(caller.policy, /carries 0 live registrations and 1 call: /);
  });

  test('where more is registered than can be remembered', () => {
    const { policy, see } = office();
    see(
      ...Array.from({ length: 5000 }, (_, i) => ({ kind: 'register.ok', user: `x${i}`, port: 9000, at: NOW }) as const),
    );
    see(...guesses(9, 7000));
    assert.match(policy.decide(finding()).reason, /more is registered or called there than is remembered/);
  });

  test('unless the phone has gone, or has another by now', () => {
    const gone = office();
    gone.see({ kind: 'register.removed', user: '203', port: 6003, at: NOW + 1 }, ...guesses(9, 6003));
    assert.equal(outcome(gone.policy)[2], `udp:${IP}:6003`);
    const moved = office();
    moved.see({ kind: 'register.ok', user: '203', port: 6103, at: NOW + 1, expires: 3600 }, ...guesses(9, 6003));
    assert.equal(outcome(moved.policy)[2], `udp:${IP}:6003`);
  });

  test('whose packets may be forged', () => {
    const { policy, see } = office();
    see(...guesses(9, 7000, { proven: 'no' }));
    assert.deepEqual(outcome(policy, finding({ proven: 'no' })).slice(0, 2), ['watch', 'known_good']);
    see(...guesses(9, 0), ...guesses(20, 7000, { proven: 'no' }));
    held(policy, /and the port that it comes from is not known: /);
  });

  test('where the input does not tell it', () => {
    for (const sketch of [{ port: 0 }, { transport: 'unknown' }] as const) {
      const { policy, see } = office();
      see(...guesses(9, 7000, sketch));
      held(policy, /and the port that it comes from is not known: /);
    }
    held(office().policy, /not known: /, finding({ type: 'flood_detected' }));
  });

  test('if no enforcer can, and then nothing wider is', () => {
    const { policy, see } = office({ canBlockFlows: false });
    see(...guesses(9, 7000));
    held(policy, /^held, the address is known good, and no enforcer in use can block a single port: /);
  });

  test('of an allowlisted address, or one that a person has just let in', () => {
    const allowed = office();
    allowed.policy.setAllowlist([[Network.parse(IP) ?? assert.fail(), 'office']]);
    allowed.see(...guesses(9, 7000));
    assert.deepEqual(outcome(allowed.policy).slice(0, 2), ['ignore', 'allowlisted']);
    const lifted = office();
    lifted.see(...guesses(9, 7000));
    lifted.policy.decide(finding());
    lifted.policy.noteUnblock(Flow.parse(`udp:${IP}:7000`) ?? assert.fail(), AT + 1000);
    const [found] = lifted.see(...guesses(9, 7001, { at: AT + 2000 }));
    assert.deepEqual(outcome(lifted.policy, found).slice(0, 2), ['watch', 'lifted']);
    lifted.see(...guesses(9, 7000, { at: AT + 90_000 }));
    assert.deepEqual(outcome(lifted.policy, finding({ at: AT + 90_010 })).slice(2), [`udp:${IP}:7000`, 120]);
  });

  test('twice for what was under way, also after a restart', () => {
    const { policy, see } = office();
    see(...guesses(9, 7000));
    policy.decide(finding());
    see(...guesses(9, 7000, { at: AT + 200 }));
    assert.deepEqual(outcome(policy, finding({ at: AT + 300 })).slice(0, 2), ['ignore', 'already_blocked']);
    const next = office();
    next.policy.noteBlock(Flow.parse(`udp:${IP}:7000`) ?? assert.fail(), AT + HOUR, 1);
    next.see(...guesses(9, 7000));
    assert.deepEqual(outcome(next.policy).slice(0, 2), ['ignore', 'already_blocked']);
  });

  test('by a detector in dry run', () => {
    const { policy, see } = office({ dryRunDetectors: ['brute-force'] });
    see(...guesses(9, 7000));
    const { action, code, target, reason } = policy.decide(finding());
    assert.deepEqual([action, code, target?.text], ['watch', 'detector_dry_run', IP]);
    assert.match(reason, /^dry run of brute-force: would be UDP port 7000 of 198\.51\.100\.7 blocked/);
    assert.deepEqual(see(...guesses(9, 7001, { at: AT + 1000 })), []);
  });

  test('that serves somebody, whatever happens', () => {
    const event = fc.record({
      port: fc.integer({ min: 5998, max: 6014 }),
      user: fc.integer({ min: 198, max: 214 }).map(String),
      kind: fc.constantFrom('register.ok', 'register.failed', 'register.failed', 'request.refused', 'register.removed'),
      count: fc.constantFrom(1, 1, 100),
    });
    let blocked = 0;
    /** The ports in use after this. */
    const note = (inUse: Map<string, number>, { kind, user, port }: { kind: string; user: string; port: number }) => {
      if (kind === 'register.ok') inUse.set(user, port);
      if (kind === 'register.removed') inUse.delete(user);
    };
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const { policy, see } = office({ config: { 'max-ports': 16, 'max-strangers': 0 } });
        const inUse = new Map(Array.from({ length: 12 }, (_, i) => [String(200 + i), 6000 + i]));
        for (const [i, one] of events.entries()) {
          const at = AT + i * 1000;
          note(inUse, one);
          const found = see({ ...one, kind: one.kind as 'register.ok', at, expires: 3600, reason: 'malformed' });
          const blocks = [...found, finding({ at })].map((each) => policy.decide(each)).filter(isBlock);
          for (const { target } of blocks) {
            assert.ok(target instanceof Flow, 'never the whole address');
            assert.ok(![...inUse.values()].includes(target.port), `${target.text} is in use`);
          }
          blocked += blocks.length;
        }
      }),
    );
    assert.ok(blocked > 0);
  });
});
