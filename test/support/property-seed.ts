/**
 * Property tests draw the same inputs every time, so that a failure is the change's own and not luck's. `SEED=random
 * npm test` (or a number) explores others.
 */
import fc from 'fast-check';

const { SEED = '1' } = process.env;
fc.configureGlobal(SEED === 'random' ? {} : { seed: Number(SEED) });
