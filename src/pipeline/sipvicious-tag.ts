/**
 * What a From tag of SIPVicious carries: `svmap` the address and port it scans as 12 hex digits, `svwar` the extension,
 * `svcrack` the account and the password it tries (so never show it). Undefined if it is no such tag.
 */
export function decodeSipviciousTag(tag: string): string | undefined {
  if (tag.length < 18 || tag.length > 512 || tag.length % 2 !== 0 || !/^[0-9a-f]+$/.test(tag)) return undefined;
  const text = fromHex(tag);
  const separator = text.indexOf('\u0001');
  // Of 32 random bits, so seldom shorter; and the random hex tags of phones end in a digit or two often enough.
  const isRandom = /^\d{7,10}$/.test(text.slice(separator + 1));
  return separator > 0 && isRandom ? text.slice(0, separator) : undefined;
}

function fromHex(hex: string): string {
  let text = '';
  for (let i = 0; i < hex.length; i += 2) text += String.fromCharCode(Number.parseInt(hex.slice(i, i + 2), 16));
  return text;
}

/** The tag of the first request of every `svcrack`: its random numbers begin with the same seed. */
export const FIRST_SVCRACK_TAG = '3206210844';
