import { z } from 'zod';

/** Conntrack looks at packets at -200; a packet dropped before that never belongs to a known flow. */
const CONNTRACK_PRIORITY = -200;

export const nftablesConfig = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Used when `enforcement` is `enforce`. Default true.'),
    table: z
      .string()
      .regex(/^[a-z][a-z0-9_-]{0,30}$/, 'lower-case letters, digits, "-" and "_", beginning with a letter, at most 31')
      .default('sipward')
      .describe('Name of the own table, family inet. Nothing else may live in it. Default sipward.'),
    priority: z
      .int()
      .min(-500)
      .max(CONNTRACK_PRIORITY - 1)
      .default(-350)
      .describe(
        'Priority of the prerouting chain. Below -200: before conntrack, so that known flows end too. Default -350.',
      ),
    ports: z
      .array(z.int().min(1).max(65_535))
      .max(64)
      .default([])
      .describe(
        'Destination ports (UDP, TCP, SCTP) that blocked sources cannot reach. Default []: all traffic of the source.',
      ),
    'end-connections': z
      .boolean()
      .default(true)
      .describe('Also end the open TCP connections of a blocked source with "ss -K", if the kernel can. Default true.'),
    prefix: z
      .array(z.string().min(1))
      .max(16)
      .default([])
      .describe('Put before nft and ss, for example [ip, netns, exec, sbc] for another network namespace. Default [].'),
  })
  .prefault({})
  .describe('Drops packets of blocked sources in the kernel. Needs nft and CAP_NET_ADMIN.');

export type NftablesConfig = z.output<typeof nftablesConfig>;
