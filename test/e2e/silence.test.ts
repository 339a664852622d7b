/** Silence as it happens: a ruleset that somebody flushes, a table that is deleted, a blocked scanner that is still heard. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { eventually, type LentDaemon, withDaemon } from '../support/daemon.ts';
import { cable, type Namespace, whyNoNamespace, withNamespace } from '../support/namespace.ts';
import { hasProgram } from '../support/program.ts';

const missing = whyNoNamespace() ?? (hasProgram('svcrack') ? undefined : 'needs svcrack (Debian: sipvicious)');
if (missing !== undefined) process.stdout.write(`# silence: skipped, ${missing}\n`);
assert.ok(missing === undefined || process.env.CI !== 'true', `CI must not skip this: ${missing}`);

interface Event {
  readonly type: string;
  readonly severity: string;
  readonly ip: string;
  readonly description: string;
}

const eventsOf = async (daemon: LentDaemon, type: string) =>
  ((await daemon.ask('events', '--type', type)) as unknown as { events: Event[] }).events;
const problemsOf = async (daemon: LentDaemon) =>
  ((await daemon.ask('status')) as unknown as { health: { problems: string[] } }).health.problems;
const table = (sbc: Namespace) => sbc.sh('nft', 'list', 'table', 'inet', 'sipward');

test(
  'a ruleset that is flushed again and again is put right each time, and told of as one thing',
  { skip: missing },
  () =>
    withNamespace((sbc) =>
      withDaemon(
        { config: { enforcement: 'enforce', web: { enabled: false }, sources: {} }, prefix: sbc.prefix },
        async (daemon) => {
          await daemon.ask('block', '203.0.113.7');
          const flushes: readonly string[][] = [
            ['nft', 'flush', 'ruleset'],
            ['nft', 'delete', 'table', 'inet', 'sipward'],
            ['nft', 'flush', 'ruleset'],
            ['nft', 'flush', 'ruleset'],
          ];
          for (const flush of flushes) {
            sbc.sh(...flush);
            await eventually(() => assert.match(table(sbc), /203\.0\.113\.7/));
          }
          await eventually(async () => assert.equal((await eventsOf(daemon, 'enforcement_failing')).length, 1));
          const [event] = await eventsOf(daemon, 'enforcement_failing');
          assert.match(
            `${event?.severity} ${event?.description}`,
            /^critical nftables had to be put right for the third time/,
          );
          assert.equal(
            (await eventsOf(daemon, 'enforcement_repaired')).length,
            2,
            'the others are not told one by one',
          );
          assert.match((await problemsOf(daemon)).join(), /enforcer nftables: something else empties/);
          assert.match((await daemon.run('doctor')).stdout, /something else empties or changes it again and again/);
        },
      ),
    ),
);

test('a blocked scanner that comes in where nothing is blocked is told of', { skip: missing }, () =>
  // The kernel layer is in another namespace than the decoy, as with a container or a proxy of its own.
  withNamespace((elsewhere) =>
    withNamespace((attacker) =>
      withNamespace(async (sbc) => {
        cable('a', sbc, '10.66.1.1', attacker, '10.66.1.66');
        const config = {
          enforcement: 'enforce',
          web: { enabled: false },
          sources: { decoy: { type: 'decoy', listen: ['10.66.1.1:5060'] } },
          enforcers: { nftables: { prefix: [...elsewhere.prefix] } },
          silence: { 'still-heard-after': '1s' },
        };
        await withDaemon({ config, prefix: sbc.prefix }, async (daemon) => {
          const [file = '', ...args] = [...attacker.prefix, 'svcrack', '-u', '100', '-r', '1-99999', '10.66.1.1'];
          const scanner = spawn(file, args, { stdio: 'ignore' });
          try {
            await eventually(async () => assert.equal((await eventsOf(daemon, 'block_ineffective')).length, 1), 60_000);
          } finally {
            scanner.kill();
            await once(scanner, 'exit');
          }
          const [event] = await eventsOf(daemon, 'block_ineffective');
          assert.equal(event?.ip, '10.66.1.66');
          assert.match(
            event?.description ?? '',
            /^10\.66\.1\.66 is blocked for \d+s already and is still heard by decoy: nftables holds it, but the packets/,
          );
          assert.match(
            (await problemsOf(daemon)).join(),
            /blocked addresses are still heard, .* 10\.66\.1\.66 by decoy/,
          );
          assert.match(table(elsewhere), /10\.66\.1\.66/);
        });
      }),
    ),
  ),
);
