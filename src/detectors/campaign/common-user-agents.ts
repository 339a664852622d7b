import { SCANNER_USER_AGENTS } from '../../pipeline/scanner-user-agents.ts';

/**
 * Parts of the names of phones, PBXs and SIP stacks in wide use, lower case. Tools take such a name to look harmless, so
 * two strangers may well have the same.
 */
const PRODUCTS = [
  '3cx',
  'acrobits',
  'aastra',
  'asterisk',
  'audiocodes',
  'auerswald',
  'avaya',
  'avm',
  'blink',
  'bria',
  'cisco',
  'counterpath',
  'csipsimple',
  'dahua',
  'eyebeam',
  'fanvil',
  'fpbx',
  'freepbx',
  'freeswitch',
  'fritz',
  'gigaset',
  'grandstream',
  'groundwire',
  'htek',
  'innovaphone',
  'issabel',
  'jitsi',
  'kamailio',
  'linksys',
  'linphone',
  'microsip',
  'mikopbx',
  'mitel',
  'obihai',
  'opensips',
  'panasonic',
  'patton',
  'phonerlite',
  'pjsip',
  'pjsua',
  'polycom',
  'poly',
  'portsip',
  'sangoma',
  'sipsak',
  'sipp',
  'sipura',
  'sip.js',
  'jssip',
  'snom',
  'spa-',
  'teams',
  'telephone',
  'twinkle',
  'unify',
  'voip',
  'x-lite',
  'yealink',
  'yeastar',
  'zoiper',
  'zyxel',
] as const;

/** Shorter ones are no name. */
const MIN_LENGTH = 6;

/** Whether a user agent is so rare that those who send it belong together: no phone's name, and no tool's that everybody has. */
export function isUnusual(userAgent: string): boolean {
  if (userAgent.length < MIN_LENGTH) return false;
  const name = userAgent.toLowerCase();
  return ![...SCANNER_USER_AGENTS, ...PRODUCTS].some((part) => name.includes(part));
}
