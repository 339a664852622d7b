/** Calls of an account beyond the thresholds of fraud_detection: a signal with account and source, and the calls go on. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { announce, missing, programs, withSbc } from './sbc-lab.ts';
import { statusOf } from './sip-message.ts';

announce('fraud', missing);

const rules = [
  { prefix: '+44', 'calls-per-minute': [2, 3] },
  { prefix: '', 'calls-per-minute': [100, 200] },
] as const;

for (const program of missing === undefined ? programs : []) {
  describe(`fraud thresholds, OpenSIPS ${program.version}`, () => {
    it('become signals', () =>
      withSbc(
        program,
        {
          opensips: () => ({
            fraud: {
              rules: rules.map((rule) => ({
                ...rule,
                'calls-per-minute': [...rule['calls-per-minute']] as [number, number],
              })),
            },
          }),
        },
        async (lab) => {
          const anna = await lab.phone(20, '1001');
          assert.equal(statusOf((await anna.register())!), 200);
          for (const number of ['600', '0044201', '0044202', '0044203', '0044204']) {
            const call = await anna.call(number);
            assert.equal(statusOf(call.response!), 200, number);
            await call.hangUp();
          }
          const crossed = await lab.awaitSignals('fraud.threshold', 2);
          assert.ok(
            crossed.every(
              ({ user, domain, address }) =>
                user === '1001' && domain === 'example.com' && address.text === lab.address(20),
            ),
          );
          assert.ok(
            crossed.some(({ reason }) => reason === 'warning') && crossed.some(({ reason }) => reason === 'critical'),
          );
          assert.match(crossed[0]?.detail ?? '', /^calls-per-minute is \d+, limit \d+, called 00442\d+, rule 1$/);
        },
      ));
  });
}
