import type { Address } from '../../lib/address.ts';

/**
 * The topmost Via as a server sends it back: with the address it came from if that is not the one it names (RFC 3261
 * section 18.2.1), and with both address and port if asked for (RFC 3581 section 4).
 */
export function stampVia(value: string, address: Address, port: number): string {
  const [top, rest] = splitFirst(value);
  const [sentBy = '', ...parameters] = splitParameters(top);
  const names = parameters.map((parameter) => parameter.split('=', 1)[0]?.trim().toLowerCase());
  const asked = names.includes('rport');
  const kept = parameters.filter((_, i) => names[i] !== 'rport' && names[i] !== 'received');
  const stamps = [
    ...(asked || !namesAddress(sentBy, address) ? [`received=${address.text}`] : []),
    ...(asked ? [`rport=${port}`] : []),
  ];
  return [sentBy, ...kept, ...stamps].join(';') + rest;
}

/** Whether `SIP/2.0/UDP 192.0.2.1:5060` names this address. */
function namesAddress(sentBy: string, address: Address): boolean {
  const place = sentBy.trim().split(/[ \t]/).at(-1) ?? '';
  const host = place.startsWith('[') ? place.slice(0, place.indexOf(']') + 1) : place.split(':', 1)[0];
  return host === address.text || host === `[${address.text}]`;
}

/** The first of several comma-separated values, and the rest with its comma. */
function splitFirst(value: string): readonly [string, string] {
  const end = indexOutsideQuotes(value, ',', 0);
  return end < 0 ? [value, ''] : [value.slice(0, end), value.slice(end)];
}

function splitParameters(value: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let end = indexOutsideQuotes(value, ';', from); end >= 0; end = indexOutsideQuotes(value, ';', from)) {
    parts.push(value.slice(from, end));
    from = end + 1;
  }
  return [...parts, value.slice(from)];
}

function indexOutsideQuotes(value: string, char: string, from: number): number {
  let quoted = false;
  for (let i = from; i < value.length; i++) {
    if (value[i] === '"') quoted = !quoted;
    else if (value[i] === '\\' && quoted) i++;
    else if (value[i] === char && !quoted) return i;
  }
  return -1;
}
