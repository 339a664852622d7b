/**
 * Kinds of values that configuration schemas share, with messages that say what is allowed.
 * Schemas of durations and networks take text and give what the program uses; give defaults as text with `prefault`.
 * `x-form` is what the reference page says of them: JSON Schema has no word for it.
 */
import { z } from 'zod';
import { DURATION_FORM, DURATION_PATTERN, formatDuration, parseDuration } from './duration.ts';
import { Network } from './network.ts';
import { parseTarget } from './target.ts';

export interface DurationLimits {
  readonly minMs?: number;
  readonly maxMs?: number;
}

/** A duration as text (`5m`); its value is milliseconds. */
export function durationValue(limits: DurationLimits = {}) {
  const { minMs = 0, maxMs = Number.POSITIVE_INFINITY } = limits;
  return z
    .string({ error: `expected ${DURATION_FORM}` })
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms === undefined) return fail(context, text, `expected ${DURATION_FORM}`);
      if (ms < minMs) return fail(context, text, `expected a duration of at least ${formatDuration(minMs)}`);
      if (ms > maxMs) return fail(context, text, `expected a duration of at most ${formatDuration(maxMs)}`);
      return ms;
    })
    .meta({ pattern: DURATION_PATTERN, 'x-form': limitedForm(limits) });
}

function limitedForm({ minMs, maxMs }: DurationLimits): string {
  const least = minMs === undefined ? '' : ` from ${formatDuration(minMs)}`;
  const most = maxMs === undefined ? '' : ` up to ${formatDuration(maxMs)}`;
  return `a duration${least}${most}`;
}

const NETWORK_FORM = 'an IP address or CIDR network (192.0.2.1, 192.0.2.0/24, 2001:db8::/32)';

/** An address or CIDR network as text; its value is a `Network`. */
export function networkValue() {
  return z
    .string({ error: `expected ${NETWORK_FORM}` })
    .transform((text, context) => Network.parse(text) ?? fail(context, text, networkProblem(text)))
    .meta({ 'x-form': 'an IP address or CIDR network' });
}

/** An address, CIDR network or flow as text; its value is a `Target`. */
export function targetValue() {
  const form = `${NETWORK_FORM}, or a port of an address (udp:192.0.2.1:5071, tcp:[2001:db8::1]:5061)`;
  return z
    .string({ error: `expected ${form}` })
    .transform((text, context) => parseTarget(text) ?? fail(context, text, networkProblem(text, form)))
    .meta({ 'x-form': 'an IP address, CIDR network or port of an address' });
}

/** Why `text` is no network, with the likely meaning when only host bits are set. */
export function networkProblem(text: string, form = NETWORK_FORM): string {
  const slash = text.indexOf('/');
  const whole = slash < 0 ? undefined : Network.parse(text.slice(0, slash));
  const length = /^\/\d{1,3}$/.test(text.slice(slash)) ? Number(text.slice(slash + 1)) : -1;
  // Never suggest a network so wide that it was hardly meant.
  if (whole?.isSingle && length >= whole.length / 4 && length <= whole.length) {
    return `expected a network without host bits, such as ${Network.of(whole.base, length).text}`;
  }
  return `expected ${form}`;
}

/** Where a server listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const ENDPOINT_FORM = 'ADDRESS:PORT such as 127.0.0.1:8060 or [::1]:8060';

/** `address:port` as text, IPv6 in brackets; port 0 lets the system choose. */
export function endpointValue() {
  return z
    .string({ error: `expected ${ENDPOINT_FORM}` })
    .transform((text, context) => parseEndpoint(text) ?? fail(context, text, `expected ${ENDPOINT_FORM}`))
    .meta({ 'x-form': 'ADDRESS:PORT' });
}

/** The host must be an address: a name would need DNS before anything else works. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^(?:\[([^\]]{2,45})\]|([\d.]{7,15})):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65535) return undefined;
  return Network.parse(host)?.isSingle === true ? { host, port } : undefined;
}

export function endpointText(endpoint: Endpoint): string {
  return endpoint.host.includes(':') ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`;
}

function fail(context: z.RefinementCtx, input: string, message: string): never {
  context.addIssue({ code: 'custom', message, input });
  return z.NEVER;
}
