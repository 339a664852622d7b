import { z } from 'zod';
import { durationValue } from '../../lib/config-values.ts';
import { detectorBase } from '../detector.ts';

const DAY_MS = 86_400_000;
const windowValue = () => durationValue({ minMs: 60_000, maxMs: 7 * DAY_MS });

export const distributedConfig = z
  .strictObject({
    ...detectorBase,
    sources: z
      .int()
      .min(3)
      .max(32)
      .default(10)
      .describe('different sources that fail at one account within window: then it is under attack'),
    window: windowValue().prefault('1d').describe('within how long sources count, for accounts and for networks'),
    participants: z
      .boolean()
      .default(true)
      .describe('find each further source that fails at an account under attack, by itself'),
    'network-sources': z
      .int()
      .min(3)
      .max(32)
      .default(8)
      .describe('different sources of one network (IPv4 /24, IPv6 /48) that fail: then the network attacks'),
    'max-network-success-rate': z
      .number()
      .min(0)
      .max(1)
      .default(0.2)
      .describe('where more of the sources than this share get in, the network has customers and is not found'),
    'as-sources': z
      .int()
      .min(8)
      .max(32)
      .default(24)
      .describe('different sources of one autonomous system (AS) that fail: then it is told of; it is never blocked'),
    'max-as-success-rate': z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe('where more of its sources than this share get in, the autonomous system has customers'),
    'spare-for': durationValue({ minMs: 3_600_000, maxMs: 20 * DAY_MS })
      .prefault('14d')
      .describe('how long a source that registered the account is taken for one of its own devices'),
    'max-accounts': z.int().min(1024).max(1_048_576).default(65_536).describe('attacked accounts remembered at most'),
    'max-devices': z
      .int()
      .min(1024)
      .max(4_194_304)
      .default(262_144)
      .describe('pairs of account and source that registered it, remembered at most'),
    'max-networks': z.int().min(1024).max(1_048_576).default(131_072).describe('networks remembered at most'),
  })
  .prefault({})
  .describe('many sources that each do little: at one account, or from one network');

export type DistributedConfig = z.output<typeof distributedConfig>;
