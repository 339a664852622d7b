/** What the gate refuses, and that it says so once: a real OpenSIPS, no back end needed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/daemon.ts';
import { findOpensips, NO_OPENSIPS, type RunningOpensips, withOpensips } from '../../support/opensips.ts';
import { Phone, type PhoneOptions } from './phone.ts';
import { announce, signalsOf } from './sbc-lab.ts';
import { header, statusOf } from './sip-message.ts';

const programs = findOpensips();
announce('refusals', programs.length === 0 ? NO_OPENSIPS : undefined);

const open = (opensips: RunningOpensips, last: number, options: Partial<PhoneOptions> = {}) =>
  Phone.open({
    from: `${opensips.net}.${last}`,
    proxy: { address: `${opensips.net}.1`, port: 5060 },
    user: '1001',
    ...options,
  });

const from = (opensips: RunningOpensips, last: number) =>
  signalsOf(opensips).filter((signal) => signal.address.text === `${opensips.net}.${last}`);

async function requestsSeen(opensips: RunningOpensips): Promise<number> {
  const statistics = await opensips.mi.call('get-statistics', { statistics: ['rcv_requests'] });
  return Number(Object.values(statistics as Record<string, string>)[0]);
}

for (const program of programs) {
  describe(`refusals, OpenSIPS ${program.version}`, () => {
    const refusals = [
      ['a domain that is not ours', 403, 'domain_not_found', { uri: 'sip:100@evil.example' }, 'INVITE'],
      [
        'a domain that is switched off',
        403,
        'domain_disabled',
        { uri: 'sip:off.example', to: '<sip:a@off.example>' },
        'REGISTER',
      ],
      ['To of another domain', 403, 'domain_mismatch', { to: '<sip:1001@off.example>' }, 'REGISTER'],
      [
        'From of a foreign domain',
        403,
        'domain_mismatch',
        { uri: 'sip:1002@example.com', from: '<sip:1@evil.example>;tag=1' },
        'INVITE',
      ],
      ['a method that nobody needs', 405, 'method_not_allowed', {}, 'FROBNICATE'],
      ['a request that has gone too far', 483, 'max_forwards_exceeded', { maxForwards: '0' }, 'REGISTER'],
      ['a request without Max-Forwards', 400, 'malformed', { maxForwards: undefined }, 'REGISTER'],
      ['an OPTIONS to a user at our address', 403, 'domain_not_found', { uri: 'sip:100@{sbc}' }, 'OPTIONS'],
    ] as const;

    it('has a reason for each, in one signal with source and text', () =>
      withOpensips(
        program,
        () => ({ domains: ['example.com', { name: 'off.example', enabled: false }] }),
        async (opensips) => {
          for (const [index, [name, status, reason, request, method]] of refusals.entries()) {
            await using phone = await open(opensips, 20 + index, { userAgent: 'Some Phone' });
            const uri = 'uri' in request ? request.uri.replace('{sbc}', `${opensips.net}.1`) : 'sip:example.com';
            const response = await phone.request(method, { ...request, uri });
            assert.equal(response === undefined ? undefined : statusOf(response), status, name);
            await eventually(() => assert.equal(from(opensips, 20 + index).length, 1, name));
            const [signal] = from(opensips, 20 + index);
            assert.equal(signal?.reason, reason, name);
            assert.equal(signal?.kind, reason === 'malformed' ? 'malformed' : 'request.refused');
            assert.deepEqual(
              [signal?.method, signal?.requestUri, signal?.userAgent, signal?.port, signal?.transport, signal?.proven],
              [method, uri, 'Some Phone', phone.local.port, 'udp', 'no'],
              name,
            );
          }
        },
      ));

    it('gives known scanners no answer', () =>
      withOpensips(
        program,
        () => ({}),
        async (opensips) => {
          for (const [index, userAgent] of [
            'friendly-scanner',
            'x SIPVicious y',
            'eyeBeam release 3006o stamp 17551',
          ].entries()) {
            await using phone = await open(opensips, 20 + index, { userAgent, transport: 'tcp' });
            assert.equal(await phone.request('REGISTER', {}, 500), undefined);
            await eventually(() => assert.equal(from(opensips, 20 + index)[0]?.reason, 'scanner_detected'));
            assert.equal(from(opensips, 20 + index)[0]?.proven, 'yes', 'by TCP');
          }
        },
      ));

    it('answers a keep-alive to its own address, and holds it against nobody', () =>
      withOpensips(
        program,
        () => ({}),
        async (opensips) => {
          await using phone = await open(opensips, 20);
          const response = await phone.request('OPTIONS', { uri: `sip:${opensips.net}.1:5060` });
          assert.equal(response === undefined ? undefined : statusOf(response), 200);
          const monitor = { uri: 'sip:600@example.com', from: '<sip:monitor@host.example.net>;tag=1' };
          const watched = await phone.request('OPTIONS', monitor);
          assert.equal(watched === undefined ? undefined : statusOf(watched), 200, 'From of a monitor is its own host');
          await sleep(1_200);
          assert.deepEqual(signalsOf(opensips), []);
        },
      ));

    it('tells phones when to come back if no back end is there, and not all at once', () =>
      withOpensips(
        program,
        () => ({ limits: { register: 1000 } }),
        async (opensips) => {
          await using phone = await open(opensips, 20);
          const waits = new Set<string | undefined>();
          for (let i = 0; i < 20; i++) {
            const response = await phone.request('REGISTER');
            assert.equal(statusOf(response!), 503);
            waits.add(header(response!, 'Retry-After'));
          }
          assert.ok(waits.size > 5);
          for (const wait of waits) assert.ok(Number(wait) >= 20 && Number(wait) < 60, String(wait));
        },
      ));

    it('does not turn many refusals into many lines, and loses none of the count', () =>
      withOpensips(
        program,
        () => ({ limits: { other: 100_000 }, flood: 100_000 }),
        async (opensips) => {
          await using phone = await open(opensips, 20);
          const began = performance.now();
          // Longer than anything in memory that could end in between.
          while (performance.now() - began < 14_000) {
            for (let burst = 0; burst < 5; burst++) void phone.request('FROBNICATE', {}, 0);
            await sleep(50);
          }
          const seconds = Math.ceil((performance.now() - began) / 1000);
          await sleep(2_500);
          // UDP may lose some before OpenSIPS sees them.
          const seen = await requestsSeen(opensips);
          assert.ok(seen > 300, `${seen} requests`);
          const signals = from(opensips, 20);
          assert.equal(
            signals.reduce((sum, signal) => sum + signal.count, 0),
            seen,
          );
          assert.ok(signals.length <= seconds + 4, `${signals.length} lines in ${seconds} s`);
          assert.ok(signals.length >= 10);
          // After a quiet time the next one is written at once.
          await phone.request('FROBNICATE');
          await eventually(() => assert.equal(from(opensips, 20).length, signals.length + 1), 500);
        },
      ));

    it('limits a source by method, says so once a window, and leaves others alone', () =>
      withOpensips(
        program,
        () => ({ limits: { options: 5 } }),
        async (opensips) => {
          await using busy = await open(opensips, 20);
          const uri = 'sip:example.com';
          const statuses: number[] = [];
          for (let i = 0; i < 12; i++) {
            const response = await busy.request('OPTIONS', { uri });
            statuses.push(response === undefined ? 0 : statusOf(response));
          }
          assert.deepEqual(statuses, [...Array(5).fill(200), ...Array(7).fill(503)]);
          await using calm = await open(opensips, 21);
          assert.equal(statusOf((await calm.request('OPTIONS', { uri }))!), 200);
          await sleep(1_200);
          const limited = signalsOf(opensips);
          assert.deepEqual(
            limited.map((signal) => [signal.kind, signal.address.text, signal.method]),
            [['request.limited', `${opensips.net}.20`, 'OPTIONS']],
          );
          assert.equal(limited[0]?.detail, '5 a minute');
        },
      ));

    it('drops a flood before it is looked at, trusted sources excepted', () =>
      withOpensips(
        program,
        (net) => ({ flood: 20, trunks: [`${net}.30`], limits: { options: 100_000 } }),
        async (opensips) => {
          await using attacker = await open(opensips, 20);
          await using trunk = await open(opensips, 30);
          for (let i = 0; i < 600; i++) {
            void attacker.request('OPTIONS', {}, 0);
            void trunk.request('OPTIONS', {}, 0);
            if (i % 20 === 0) await sleep(10);
          }
          await eventually(() => assert.ok(signalsOf(opensips).some((signal) => signal.kind === 'flood')));
          assert.deepEqual(
            [...new Set(signalsOf(opensips).map((signal) => signal.address.text))],
            [`${opensips.net}.20`],
          );
          assert.equal(await attacker.request('OPTIONS', {}, 500), undefined);
          assert.notEqual(await trunk.request('OPTIONS', { uri: `sip:${opensips.net}.1` }, 1_000), undefined);
        },
      ));
  });
}
