/** The sections of the configuration that belong to no component. */
import { z } from 'zod';
import { durationValue, endpointValue } from '../lib/config-values.ts';
import { LOG_LEVELS } from '../lib/log.ts';

const DAY_MS = 86_400_000;

const hostName = z
  .string()
  .regex(/^[a-z0-9.-]{1,253}$/, { error: 'expected a host name in lower case, without a port' })
  .meta({ 'x-form': 'a host name' });

export const webConfig = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Serve the web page, the HTTP API and /metrics.'),
    listen: endpointValue()
      .prefault('127.0.0.1:8060')
      .describe('Address and port of the web page. On anything but loopback, put a proxy with a log-in before it.'),
    'allowed-hosts': z
      .array(hostName)
      .default([])
      .describe(
        'Host names under which the page may be asked for, besides localhost and plain IP addresses. Others are refused, so that a page elsewhere cannot reach this one by DNS rebinding.',
      ),
  })
  .describe('The web page, the HTTP API and the metrics.');

export const logConfig = z
  .strictObject({
    level: z.enum(LOG_LEVELS).default('info').describe('The least important messages that are logged.'),
    format: z
      .enum(['auto', 'text', 'json'])
      .default('auto')
      .describe('auto is text on a terminal and one JSON object a line elsewhere.'),
  })
  .describe('The log on standard error.');

const kept = (fallback: string, what: string) =>
  durationValue({ maxMs: 3650 * DAY_MS })
    .prefault(fallback)
    .describe(`How long ${what} are kept; 0 keeps them forever.`);

export const retentionConfig = z
  .strictObject({
    signals: kept('30d', 'failed registrations and door knocks'),
    events: kept('365d', 'security events'),
    blocks: kept('365d', 'blocks that have ended'),
  })
  .describe('When stored rows are deleted. Blocks in force and the allowlist are never deleted.');
