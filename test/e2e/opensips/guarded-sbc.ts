/** The SBC with a sipward daemon that reads its signals and keeps attackers out of it. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Network } from '../../../src/lib/network.ts';
import { eventually, type LentDaemon, withDaemon } from '../../support/daemon.ts';
import type { OpensipsProgram, RunningOpensips } from '../../support/opensips.ts';
import { type LabSettings, type SbcLab, withSbc } from './sbc-lab.ts';

export interface GuardedLab extends SbcLab {
  readonly daemon: LentDaemon;
  /** The addresses that sipward keeps out. */
  blocked(): Promise<readonly string[]>;
  awaitBlock(last: number, withinMs?: number): Promise<void>;
}

export interface GuardedSettings extends LabSettings {
  /** Over the defaults of these tests. */
  readonly sipward?: Readonly<Record<string, unknown>>;
}

export function withGuardedSbc(
  program: OpensipsProgram,
  settings: GuardedSettings,
  use: (lab: GuardedLab) => Promise<void>,
): Promise<void> {
  return withSbc(program, settings, (lab) =>
    withDaemon({ config: configuration(lab.opensips, settings.sipward) }, (daemon) => use(guarded(lab, daemon))),
  );
}

/** Of the daemon. */
export function configuration(opensips: RunningOpensips, over: Readonly<Record<string, unknown>> = {}): unknown {
  const { dir, events, mi } = opensips.config;
  return {
    enforcement: 'enforce',
    web: { enabled: false },
    sources: { opensips: { type: 'file-tail', path: events, format: 'opensips-events', from: 'beginning' } },
    enforcers: { nftables: { enabled: false }, opensips: { enabled: true, mi, dir } },
    opensips: {
      dir,
      events,
      mi,
      listen: opensips.config.listen,
      'back-ends': opensips.config['back-ends'],
      trunks: opensips.config.trunks.map((network: Network) => network.text),
    },
    ...over,
  };
}

function guarded(lab: SbcLab, daemon: LentDaemon): GuardedLab {
  const blocked = async () => {
    const { blocks } = await daemon.ask('blocks');
    return (blocks as unknown as readonly { readonly target: string }[]).map(({ target }) => target).sort();
  };
  return {
    ...lab,
    daemon,
    blocked,
    awaitBlock: (last, withinMs = 15_000) =>
      eventually(async () => {
        const seen = lab
          .signals()
          .map(({ kind, reason, address, user }) => `${kind} ${reason} ${address.text} ${user}`);
        assert.ok((await blocked()).includes(lab.address(last)), `no block of .${last}; seen:\n${seen.join('\n')}`);
      }, withinMs),
  };
}

/** Runs an attacker's program while `use` watches, then ends it. */
export async function attacking(command: readonly string[], use: () => Promise<void>): Promise<void> {
  const [file = '', ...args] = command;
  const child: ChildProcess = spawn(file, args, { stdio: 'ignore' });
  const gone = once(child, 'exit');
  try {
    await use();
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
}
