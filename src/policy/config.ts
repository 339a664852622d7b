import { z } from 'zod';
import { accountOrDomainValue } from '../lib/account.ts';
import { durationValue, networkValue } from '../lib/config-values.ts';
import { SEVERITIES } from '../pipeline/finding.ts';

const DAY_MS = 86_400_000;
const blockTimes = () =>
  z
    .array(durationValue({ minMs: 1000, maxMs: 365 * DAY_MS }))
    .min(1)
    .max(16);

export const policyConfig = z
  .strictObject({
    'block-times': blockTimes()
      .prefault(['1h', '4h', '1d', '7d'])
      .describe(
        'how long a source is blocked the first time, the second, …; the last time stands for all further ones',
      ),
    'unproven-block-times': blockTimes()
      .prefault(['2m', '10m', '1h', '4h'])
      .describe(
        'the same where the source address may be forged (UDP without a returned challenge), and for single ports, which NAT gives to somebody else soon: short at first; the times below all of block-times come before these for what looks like one device set wrongly (one account under one Call-ID), too',
      ),
    'max-unproven': z
      .int()
      .min(10)
      .max(1_000_000)
      .default(1000)
      .describe(
        'findings about sources whose address may be forged that are told within an hour, most of them blocks: more come of one forger, whose sources are not blocked and told of by one event an hour and kind',
      ),
    'forgive-after': durationValue({ minMs: 60_000, maxMs: 365 * DAY_MS })
      .prefault('30d')
      .describe('a source that stays quiet this long after its last block is a first offender again'),
    'block-from': z
      .enum(SEVERITIES)
      .default('error')
      .describe('findings of this severity and above block; others are recorded'),
    allowlist: z
      .array(networkValue())
      .prefault([])
      .describe('addresses and networks never blocked, besides those managed with `sipward allow`'),
    'known-good': z
      .strictObject({
        for: durationValue({ minMs: 3_600_000, maxMs: 90 * DAY_MS })
          .prefault('7d')
          .describe(
            'how long a successful registration or call speaks for an address; a device that fails there as misconfigured ones do prolongs it',
          ),
        'max-strangers': z
          .int()
          .min(0)
          .max(60)
          .default(3)
          .describe(
            'accounts that never registered there and fail all the same: up to so many it is a misconfigured device, above an attack from behind that address',
          ),
        'on-attack': z
          .enum(['hold', 'port', 'block'])
          .default('hold')
          .describe(
            'what is done about an attack from a known-good address: hold it for a person; block the port that it comes from, so that whoever shares the address goes on; or block the address within the blast radius',
          ),
        'max-ports': z
          .int()
          .min(1)
          .max(16)
          .default(5)
          .describe(
            'ports of one address that an attack may come from within an hour and be stopped by blocking ports; above, it is held for a person',
          ),
        'max-addresses': z.int().min(1000).max(1_000_000).default(100_000).describe('addresses remembered at most'),
      })
      .prefault({})
      .describe('addresses from which customers registered or called lately; unproven evidence never blocks one'),
    accounts: z
      .strictObject({
        'on-attack': z
          .enum(['watch', 'hold', 'disable'])
          .default('hold')
          .describe(
            'what is done about an account that somebody else uses (critical findings about accounts: toll fraud, compromise): record it, hold it for a person, or disable the account in OpenSIPS: it stays registered and can be called, but calls emergency numbers only',
          ),
        'disable-for': durationValue({ minMs: 60_000, maxMs: 365 * DAY_MS })
          .prefault('1d')
          .describe('how long an account is disabled'),
        allowlist: z
          .array(accountOrDomainValue())
          .prefault([])
          .describe('accounts, and domains with all their accounts, that are never disabled, such as phones in lifts'),
      })
      .prefault({})
      .describe('accounts that somebody else uses'),
    'max-blast-radius': z
      .int()
      .min(0)
      .max(100_000)
      .default(2)
      .describe(
        'live registrations and calls that an automatic block may cut; a block that would cut more is held for a person',
      ),
    'max-offenders': z.int().min(1000).max(10_000_000).default(200_000).describe('blocked sources remembered at most'),
  })
  .prefault({})
  .describe('what is done about findings');

export type PolicyConfig = z.output<typeof policyConfig>;
