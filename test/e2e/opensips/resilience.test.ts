/** OpenSIPS or sipward goes away and comes back: service goes on, no block and no signal is lost. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { eventually } from '../../support/daemon.ts';
import { type GuardedLab, withGuardedSbc } from './guarded-sbc.ts';
import { announce, missing, programs } from './sbc-lab.ts';
import { statusOf } from './sip-message.ts';

announce('resilience', missing);

const PATH = `${process.env.PATH}:/usr/sbin`;
const noLogrotate =
  spawnSync('logrotate', ['--version'], { env: { PATH } }).error === undefined ? false : 'logrotate is not installed';

const heldByOpensips = async (lab: GuardedLab): Promise<readonly string[]> => {
  const { stdout } = await lab.daemon.run('opensips', 'status', '--json');
  return (JSON.parse(stdout) as { readonly blocks: readonly string[] }).blocks.toSorted();
};

const failures = (lab: GuardedLab): readonly string[] => {
  using database = new DatabaseSync(join(lab.daemon.stateDir, 'sipward.db'), { readOnly: true });
  const rows = database.prepare('SELECT source_ip FROM failed_registrations ORDER BY source_ip').all();
  return rows.map((row) => String(row.source_ip));
};

/** As in docs/opensips.md. */
function logrotate(events: string, reopen: readonly string[]): void {
  const postrotate = `postrotate\n${reopen.join(' ')}\nendscript`;
  writeFileSync(`${events}.conf`, `${events} {\ndaily\nrotate 7\nmissingok\nnotifempty\n${postrotate}\n}\n`);
  const options = { env: { PATH }, encoding: 'utf8' } as const;
  const { status, stderr } = spawnSync('logrotate', ['-f', '-s', `${events}.state`, `${events}.conf`], options);
  assert.equal(status, 0, stderr);
}

for (const program of missing === undefined ? programs : []) {
  describe(`resilience, OpenSIPS ${program.version}`, () => {
    it('OpenSIPS restarted: blocks and allowlist are back in its memory within seconds', () =>
      withGuardedSbc(program, {}, async (lab) => {
        const targets = [lab.address(66), '198.51.100.0/24', '2001:db8:1:2::/64'];
        for (const target of targets) await lab.daemon.ask('block', target, '--for', '1h', '--reason', 'test');
        await lab.daemon.ask('allow', 'add', lab.address(20));
        await eventually(async () => assert.deepEqual(await heldByOpensips(lab), targets.toSorted()));
        await lab.opensips.restart();
        await eventually(async () => assert.deepEqual(await heldByOpensips(lab), targets.toSorted()), 10_000);
        const blocked = await lab.phone(66, '1001');
        assert.equal(await blocked.request('REGISTER', {}, 500), undefined);
        const anna = await lab.phone(20, '1001');
        assert.equal(statusOf((await anna.register())!), 200);
        await lab.daemon.ask('unblock', lab.address(66));
        assert.notEqual(await blocked.request('REGISTER', {}, 2_000), undefined, 'lifted at once');
      }));

    it(
      'the events file rotated by logrotate, as the guide has it: every signal is stored, once',
      { skip: noLogrotate },
      () =>
        withGuardedSbc(program, {}, async (lab) => {
          const fail = async (last: number) => {
            const phone = await lab.phone(last, '1002', { password: 'wrong' });
            assert.equal(statusOf((await phone.register())!), 401);
          };
          const { events } = lab.opensips.config;
          for (let day = 0; day < 3; day++) {
            for (let last = 100 + 4 * day; last < 104 + 4 * day; last++) await fail(last);
            logrotate(events, lab.daemon.argv('opensips', 'rotate'));
          }
          await fail(112);
          const expected = Array.from({ length: 13 }, (_, i) => lab.address(100 + i)).toSorted();
          await eventually(() => assert.deepEqual(failures(lab), expected));
          assert.ok(existsSync(`${events}.3`), 'three times a new file');
        }),
    );

    it('sipward killed: calls go on, and every signal of the time is stored afterwards, once', () =>
      withGuardedSbc(program, {}, async (lab) => {
        const anna = await lab.phone(20, '1001');
        assert.equal(statusOf((await anna.register())!), 200);
        const fail = async (last: number) => {
          const phone = await lab.phone(last, '1002', { password: 'wrong' });
          assert.equal(statusOf((await phone.register())!), 401);
        };
        for (let last = 100; last < 104; last++) await fail(last);
        await lab.daemon.kill();
        for (let last = 104; last < 124; last++) await fail(last);
        const call = await anna.call('600');
        assert.equal(statusOf(call.response!), 200, 'nobody waits for sipward');
        await call.hangUp();
        await lab.daemon.start();
        await fail(124);
        const expected = Array.from({ length: 25 }, (_, i) => lab.address(100 + i)).toSorted();
        await eventually(() => assert.deepEqual(failures(lab), expected));
      }));
  });
}
