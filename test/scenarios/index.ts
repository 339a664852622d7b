import { ATTACKS } from './attacks.ts';
import { BEHIND_NAT } from './behind-nat.ts';
import { FORGERIES } from './forged.ts';
import { HABITS } from './habits.ts';
import { HONEST } from './honest.ts';
import type { Scenario } from './scenario.ts';

export const SCENARIOS: readonly Scenario[] = [...HONEST, ...ATTACKS, ...BEHIND_NAT, ...HABITS, ...FORGERIES];
