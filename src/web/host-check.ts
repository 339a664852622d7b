import type { MiddlewareHandler } from 'hono';
import { Address } from '../lib/address.ts';

/**
 * Refuses requests under a name that is not ours. A web page elsewhere can make its own name resolve to 127.0.0.1 and
 * then read, as one origin, what answers here (DNS rebinding); it cannot make the browser send another Host.
 * Names that no attacker can own pass: plain addresses and localhost (RFC 6761 section 6.3).
 */
export function hostCheck(allowedHosts: readonly string[]): MiddlewareHandler {
  const allowed = new Set(['localhost', ...allowedHosts]);
  return async (c, next) => {
    const host = hostName(c.req.header('host') ?? '');
    if (host !== undefined && (allowed.has(host) || Address.parse(host) !== undefined)) return next();
    return c.text('This name is not served here (see web.allowed-hosts in the configuration).\n', 421);
  };
}

/** Without the port, and without the brackets of IPv6; in lower case. */
function hostName(header: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::\d{1,5})?$/.exec(header.toLowerCase());
  return match?.[1] ?? match?.[2]?.replace(/\.$/, '');
}
