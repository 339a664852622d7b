/** A journald of its own, in a mount namespace, and what servers tell it. */
import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { flood, kamailioConfig, sendFrom, sipRequest } from '../../../test/support/kamailio.ts';
import { loopbackNet } from '../../../test/support/opensips.ts';
import { hasProgram } from '../../../test/support/program.ts';
import { answering } from '../../../test/support/sip-server.ts';
import { withSource } from '../../../test/support/source.ts';
import { journaldConfig } from './config.ts';
import { Journald } from './journald.ts';

const JOURNALD = '/lib/systemd/systemd-journald';
/** Where syslog(3) writes to, `/dev/log`, is this journald's too. */
const SETUP = [
  'mount -t tmpfs none /run && mkdir -p /run/systemd /run/log/journal /run/dev /run/work',
  'mount --bind "$1" /run/log/journal',
  'mount -t overlay overlay -o lowerdir=/dev,upperdir=/run/dev,workdir=/run/work /dev',
  'ln -sf /run/systemd/journal/dev-log /dev/log',
].join(' && ');

const canRun =
  existsSync(JOURNALD) &&
  hasProgram('journalctl') &&
  hasProgram('logger') &&
  spawnSync('unshare', ['-m', 'true']).status === 0;

interface Journal {
  readonly directory: string;
  /** Sends a message as a program would with syslog(3). */
  log(identifier: string, message: string): void;
  /** Runs a command where syslog(3) reaches it. */
  run(command: string): void;
  /** Prints lines as a service whose output journald reads. */
  print(identifier: string, lines: readonly string[]): void;
}

async function withJournald(use: (journal: Journal) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'sipward-journald-'));
  const script = `${SETUP} && { ${JOURNALD} & J=$!; sh; kill $J; wait $J; }`;
  const shell = spawn('unshare', ['-m', '--propagation', 'private', 'sh', '-c', script, 'sh', directory], {
    stdio: ['pipe', 'ignore', 'inherit'],
  }) as ChildProcessByStdio<Writable, null, null>;
  const exited = once(shell, 'exit');
  const run = (command: string) => shell.stdin.write(`${command}\n`);
  try {
    for (let i = 0; i < 100 && globSync(`${directory}/*/*.journal`).length === 0; i++) await sleep(50);
    await use({
      directory,
      run,
      log: (identifier, message) =>
        run(`logger --socket /run/systemd/journal/dev-log -t ${identifier} -- ${quote(message)}`),
      print: (identifier, lines) => run(`printf '%s\\n' ${lines.map(quote).join(' ')} | systemd-cat -t ${identifier}`),
    });
  } finally {
    shell.stdin.end();
    await exited;
    rmSync(directory, { recursive: true });
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function failure(user: string, address: string): string {
  return `NOTICE[1]: chan_sip.c:1 in f: Registration from 'sip:${user}@a' failed for '${address}' - Wrong password`;
}

describe('journald', { skip: !canRun && 'systemd-journald or the right to make a mount namespace is missing' }, () => {
  it('gives what servers told it, goes on where it stopped and loses nothing between', async () => {
    await withJournald(async (journal) => {
      const config = journaldConfig.parse({ type: 'journald', directory: journal.directory });
      const create = (context: ConstructorParameters<typeof Journald>[1]) => new Journald(config, context);
      journal.log('asterisk', failure('before', '192.0.2.1:5060'));
      await sleep(300);
      const position = await withSource({ create }, async ({ signals, batches }) => {
        while (batches.length === 0) await sleep(10);
        journal.log('asterisk', failure('one', '192.0.2.7:5060'));
        journal.log('sshd', failure('other', '192.0.2.8:5060'));
        const seen = await signals(1);
        assert.deepEqual(
          seen.map(({ user, address }) => [user, address.text]),
          [['one', '192.0.2.7']],
        );
        assert.ok(Math.abs((seen[0]?.at ?? 0) - Date.now()) < 10_000);
      });
      journal.log('asterisk', failure('two', '192.0.2.7:5060'));
      await sleep(300);
      await withSource({ create, from: position }, async ({ signals }) => {
        journal.log('asterisk', failure('three', '192.0.2.7:5060'));
        assert.deepEqual(
          (await signals(2)).map(({ user }) => user),
          ['two', 'three'],
        );
      });
    });
  });

  it('goes on from its start if nothing came before it was ended', async () => {
    await withJournald(async (journal) => {
      const config = journaldConfig.parse({ type: 'journald', directory: journal.directory });
      const create = (context: ConstructorParameters<typeof Journald>[1]) => new Journald(config, context);
      const position = await withSource({ create }, async ({ batches }) => {
        while (batches.length === 0) await sleep(10);
      });
      await sleep(20);
      journal.log('asterisk', failure('meanwhile', '192.0.2.7:5060'));
      await withSource({ create, from: position }, async ({ signals }) => {
        assert.deepEqual(
          (await signals(1)).map(({ user }) => user),
          ['meanwhile'],
        );
      });
    });
  });

  it('gives what Kamailio says by syslog', { skip: !hasProgram('kamailio') && 'Kamailio is not on the PATH' }, () =>
    withJournald(async (journal) => {
      const server = { host: `${loopbackNet()}.1`, port: 5060 };
      const file = join(journal.directory, 'kamailio.cfg');
      const folded = 'x\r\n 1(2) WARNING: pike [p.c:1]: f(): PIKE - BLOCKing ip 192.0.2.99, node=0x1\r\n y';
      writeFileSync(file, kamailioConfig(server, { stderr: false, prefix: true }));
      const config = journaldConfig.parse({ type: 'journald', directory: journal.directory, from: 'beginning' });
      await withSource({ create: (context) => new Journald(config, context) }, async ({ signals }) => {
        journal.run(`kamailio -DD -f ${file} -Y ${journal.directory} >/dev/null 2>&1 & K=$!`);
        try {
          await answering(server);
          await sendFrom('127.0.0.74', server, [sipRequest({ method: 'INVITE' })]);
          await sendFrom('127.0.0.73', server, [
            sipRequest({ callId: folded }),
            sipRequest({ uri: 'sip:100@exa mple' }),
          ]);
          await sendFrom('127.0.0.72', server, flood());
          const told = await signals(5);
          assert.deepEqual(
            [...new Set(told.map(({ kind, address, method }) => `${kind} ${address.text} ${method}`))],
            ['call.failed 127.0.0.74 INVITE', 'malformed 127.0.0.73 ', 'flood 127.0.0.72 ', 'flood 127.0.0.72 OPTIONS'],
          );
        } finally {
          journal.run('kill $K; wait $K');
        }
      });
    }),
  );

  it('does not take a dumped message, printed line by line, for what Kamailio says', async () => {
    await withJournald(async (journal) => {
      const config = journaldConfig.parse({ type: 'journald', directory: journal.directory, from: 'beginning' });
      const alert = (address: string) => `WARNING: pike [p.c:1]: f(): PIKE - BLOCKing ip ${address}, node=0x1`;
      journal.print('kamailio', [
        ` 1(2) ${alert('192.0.2.7')}`,
        ' 1(2) ERROR: <core> [core/parser/msg_parser.c:749]: parse_msg(): ERROR: parse_msg: message=<x',
        ` 1(2) ${alert('198.51.100.1')}`,
        `sbc kamailio[2]: ${alert('198.51.100.1')}`,
      ]);
      await sleep(300);
      await withSource({ create: (context) => new Journald(config, context) }, async ({ signals, batches }) => {
        await signals(1);
        while (batches.reduce((sum, { lines }) => sum + lines, 0) < 4) await sleep(10);
        assert.deepEqual(
          batches.flatMap((batch) => batch.signals).map(({ kind, address }) => [kind, address.text]),
          [['flood', '192.0.2.7']],
        );
      });
    });
  });

  it('says why when journalctl does', async () => {
    const config = journaldConfig.parse({ type: 'journald', directory: '/nowhere' });
    await assert.rejects(
      withSource({ create: (context) => new Journald(config, context) }, ({ signals }) => signals(1).then(() => {})),
      /journalctl ended \(1\): .*\/nowhere/,
    );
  });
});
