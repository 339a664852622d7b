/** `dial-plan:`, how numbers are dialled at this place; every detector that looks at numbers goes by it. */
import { z } from 'zod';
import { DEFAULT_DIAL_PLAN, type DialPlan } from '../lib/phone-number/destination.ts';

const prefixes = (first: readonly string[]) =>
  z
    .array(z.string().regex(/^[0-9]{1,8}$/, { error: 'expected 1 to 8 digits' }))
    .max(64)
    .prefault([...first]);

export const dialPlanConfig = z
  .strictObject({
    'home-country-code': z
      .string()
      .regex(/^([1-9][0-9]{0,3})?$/, { error: 'expected a calling code without +, such as 49, or nothing' })
      .default('')
      .describe('Calling code of the own country: calls there cost nothing to speak of.'),
    'international-prefixes': prefixes(DEFAULT_DIAL_PLAN.internationalPrefixes).describe(
      'Digits dialled before a country code, besides +.',
    ),
    'premium-prefixes': prefixes(DEFAULT_DIAL_PLAN.premiumPrefixes).describe(
      'First digits of national numbers that cost extra.',
    ),
  })
  .transform(
    (section): DialPlan => ({
      homeCode: section['home-country-code'],
      internationalPrefixes: section['international-prefixes'],
      premiumPrefixes: section['premium-prefixes'],
    }),
  )
  .describe('How numbers are dialled here, for the detectors that tell calls at home from costly ones.');
