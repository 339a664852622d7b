/** The longest number worth looking at: 15 digits of E.164 with whatever prefixes are tried before them. */
const MAX_LENGTH = 32;
/** With fewer digits before something else it is a name. */
const WHOLE_LENGTH = 8;

/**
 * The number that a SIP or tel URI dials: digits with a leading + if there is one, without the separators of RFC 3966
 * section 5.1.1 and without parameters. Empty if the URI names somebody by anything but a number.
 *
 * Back ends undo escapes (RFC 3261 section 19.1.2), dial what a pattern such as `_00X.` lets pass, and carriers ignore
 * what follows a whole number: so eight digits and more are the number, whatever is put behind them to disguise it.
 */
export function dialledNumber(uri: string): string {
  const colon = uri.indexOf(':');
  const user = uri.slice(colon + 1, userEnd(uri, colon + 1));
  const dialled = (user.includes('%') ? unescaped(user) : user).replaceAll(/[-.()\s]/g, '');
  const [number = ''] = /^\+?[0-9]+/.exec(dialled) ?? [];
  return number.length === dialled.length || number.length >= WHOLE_LENGTH ? number.slice(0, MAX_LENGTH) : '';
}

function unescaped(user: string): string {
  return user.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Where the user part ends: at a parameter, a password or the host. */
function userEnd(uri: string, from: number): number {
  for (let at = from; at < uri.length; at++) {
    const char = uri[at];
    if (char === '@' || char === ';' || char === ':') return at;
  }
  return uri.length;
}
