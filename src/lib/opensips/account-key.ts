import { createHash } from 'node:crypto';
import { userOf } from '../account.ts';

/**
 * How disabled accounts are named in OpenSIPS' memory: MD5 of the account in its one spelling, so that any name makes a
 * short key of plain letters. The second key stands for the user in any domain: it is what the script looks up where
 * domains are not checked, for there a caller may say any.
 *
 * @param aor in its one spelling
 */
export function accountKeys(aor: string): readonly [account: string, user: string] {
  return [md5(aor), md5(`${userOf(aor)}@`)];
}

function md5(text: string): string {
  return createHash('md5').update(text, 'utf8').digest('hex');
}
