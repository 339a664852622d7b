/** The longest number worth looking at: 15 digits of E.164 with whatever prefixes are tried before them. */
const MAX_LENGTH = 32;

/**
 * The number that a SIP or tel URI dials: digits with a leading + if there is one, without the separators of RFC 3966
 * section 5.1.1 and without parameters. Empty if the URI names somebody by anything but a number.
 */
export function dialledNumber(uri: string): string {
  const colon = uri.indexOf(':');
  const number = uri.slice(colon + 1, userEnd(uri, colon + 1)).replaceAll(/[-.()]/g, '');
  return number.length <= MAX_LENGTH && /^\+?[0-9]+$/.test(number) ? number : '';
}

/** Where the user part ends: at a parameter, a password or the host. */
function userEnd(uri: string, from: number): number {
  for (let at = from; at < uri.length; at++) {
    const char = uri[at];
    if (char === '@' || char === ';' || char === ':') return at;
  }
  return uri.length;
}
