import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { daemonListens } from '../../daemon/control-client.ts';
import { REPLAY_FORMATS, replayFiles } from '../../daemon/replay-files.ts';
import { Network } from '../../lib/network.ts';
import { type Bind, command } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { printable } from '../printable.ts';
import { Progress } from '../progress.ts';
import { replayText } from '../replay-text.ts';
import type { Session } from '../session.ts';

export function replayCommand(bind: Bind): Command {
  return command('replay', 'Judge recorded logs or captures as the daemon would have, and change nothing.', [
    'sipward replay /var/log/opensips/events.log.1 /var/log/opensips/events.log',
    'sipward replay --format pcap capture.pcap --json',
    'sipward --config stricter.yaml replay last-week.log.gz',
  ])
    .description(
      'Take recorded input through the same detectors and the same policy as the running daemon: who would have been blocked, when and why, and who would have been let be. Several files are one recording, in the order given; gzip is read as it is. Nothing is written, blocked or sent.',
    )
    .argument('<file...>', 'logs, or captures (pcap, pcapng)')
    .addOption(new Option('--format <format>', 'how they are written').choices(REPLAY_FORMATS).default('auto'))
    .action(
      bind((session, [files]: [string[]], { format }: { readonly format: string }) => replay(session, files, format)),
    );
}

async function replay(session: Session, files: readonly string[], format: string): Promise<number> {
  const { io, loaded } = session;
  const allowlist = await knownAllowlist(session);
  const progress = new Progress(io, 'replaying', 0);
  try {
    const { report, faults, customers, unit, notes } = await replayFiles({
      config: loaded.config,
      files: files.map((file) => resolve(io.cwd, file)),
      format,
      allowlist,
      clock: io.clock,
      stop: io.stop,
      onProgress: (bytes, total) => progress.at(bytes, total),
    });
    progress.done();
    session.print({ ...report, customers }, () => replayText(session, report, customers, unit));
    for (const fault of [...notes, ...faults]) session.note(`sipward: ${printable(fault)}`);
    return faults.length === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    progress.done();
  }
}

/** The managed allowlist, if there is a daemon or a database to ask; a replay makes neither. */
async function knownAllowlist(session: Session): Promise<readonly (readonly [Network, string])[]> {
  const { store } = session.loaded.config;
  const database = store.type === 'sqlite' ? (store.path ?? join(session.stateDir, 'sipward.db')) : undefined;
  const isThere = database === undefined ? await daemonListens(session.stateDir) : existsSync(database);
  if (!isThere) return [];
  return session.withOperations(async (operations) => {
    const { entries } = await operations.allowList({});
    return entries.flatMap(({ target, description }) => {
      const network = Network.parse(target);
      return network === undefined ? [] : [[network, description || 'managed'] as const];
    });
  });
}
