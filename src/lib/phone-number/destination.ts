import { tariffOf } from './tariffs.ts';

/** How numbers are dialled at this place. */
export interface DialPlan {
  /** Calling code of the own country, without +; empty if not known: then every number with + or 00 is abroad. */
  readonly homeCode: string;
  /** Digits before a country code, besides +. */
  readonly internationalPrefixes: readonly string[];
  /** First digits of national numbers that cost extra. */
  readonly premiumPrefixes: readonly string[];
}

export const DEFAULT_DIAL_PLAN: DialPlan = {
  homeCode: '',
  internationalPrefixes: ['00', '011', '0011', '810', '9011', '900', '000'],
  premiumPrefixes: ['0900', '0190', '1900'],
};

export interface Destination {
  /** ISO 3166 country or kind of number (as in `Tariff`); `home` for national and short numbers. */
  readonly country: string;
  readonly centsPerMinute: number;
}

const HOME: Destination = { country: 'home', centsPerMinute: 1 };
const PREMIUM: Destination = { country: 'premium', centsPerMinute: 200 };
/** Shorter than this after the prefix, it was no number of another country. */
const SHORTEST_NUMBER = 7;

/** Where a dialled number leads, and what a minute costs by order of magnitude. */
export function destinationOf(dialled: string, plan: DialPlan): Destination {
  const digits = internationalDigits(dialled, plan.internationalPrefixes);
  if (digits === undefined) return isPremium(dialled, plan) ? PREMIUM : HOME;
  const { homeCode } = plan;
  if (homeCode !== '' && digits.startsWith(homeCode)) {
    const national = tariffOf(digits);
    return isPremium(`0${digits.slice(homeCode.length)}`, plan) || national?.country === 'premium' ? PREMIUM : HOME;
  }
  return tariffOf(digits) ?? HOME;
}

/** Whether it leads abroad or costs extra: what fraud is after, and what hardly anybody dials by chance. */
export function isCostly({ country }: Destination): boolean {
  return country !== 'home' && country !== 'freephone';
}

/** The number in E.164 form without +, if it was dialled so that it leads to a country; the longest prefix is meant. */
function internationalDigits(dialled: string, prefixes: readonly string[]): string | undefined {
  if (dialled.startsWith('+')) return dialled.slice(1);
  const found = prefixes
    .filter((prefix) => dialled.startsWith(prefix))
    .sort((a, b) => b.length - a.length)
    .map((prefix) => dialled.slice(prefix.length));
  return found.find((digits) => digits.length >= SHORTEST_NUMBER && tariffOf(digits) !== undefined);
}

function isPremium(national: string, { premiumPrefixes }: DialPlan): boolean {
  return premiumPrefixes.some((prefix) => national.startsWith(prefix)) && national.length >= SHORTEST_NUMBER;
}
