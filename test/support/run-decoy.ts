/** Runs a decoy until it is killed: `node run-decoy.ts STATE_DIR`. Prints its port. */
import { withDecoy } from './decoy.ts';

await withDecoy({ stateDir: process.argv[2] ?? '' }, async ({ port }) => {
  process.stdout.write(`${port}\n`);
  await new Promise((resolve) => process.once('SIGTERM', resolve));
});
