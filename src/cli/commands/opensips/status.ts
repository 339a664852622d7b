import type { Command } from 'commander';
import type { Config } from '../../../config/schema.ts';
import { type BlockDifference, compareBlocks, type OpensipsStatus, readStatus } from '../../../opensips/status.ts';
import { allBlocks } from '../../all-blocks.ts';
import { type Bind, command } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';

/** Shown of a long list. */
const MAX_SHOWN = 10;

export function opensipsStatusCommand(bind: Bind): Command {
  return command('status', 'What OpenSIPS has in memory, against what sipward thinks.', ['sipward opensips status'])
    .description(
      'What OpenSIPS has in memory, against what sipward thinks: blocks, allowlist, refused requests. Fails if they differ.',
    )
    .action(
      bind(async (session) => {
        const status = await readStatus(session.loaded.config.opensips.mi);
        const wanted = enforces(session.loaded.config) ? await session.withOperations(allBlocks) : [];
        const difference = compareBlocks(
          wanted.map(({ target }) => target),
          status.blocks,
        );
        if (!enforces(session.loaded.config)) {
          session.note(
            "sipward: it keeps nobody out there: that takes 'enforcement: enforce' and 'enforcers.opensips.enabled: true'",
          );
        }
        session.print({ ...status, ...difference }, () => statusText(status, difference));
        return difference.missing.length + difference.surplus.length === 0 ? EXIT.ok : EXIT.failed;
      }),
    );
}

/** Whether the daemon is to hold blocks in OpenSIPS at all. */
function enforces({ enforcement, enforcers }: Config): boolean {
  const section = enforcers.opensips as { readonly enabled?: boolean } | undefined;
  return enforcement === 'enforce' && section?.enabled === true;
}

function statusText(status: OpensipsStatus, { missing, surplus }: BlockDifference): string {
  const agree = missing.length + surplus.length === 0;
  return [
    `${status.version}, up since ${status.upSince}`,
    `${status.blocks.length} blocks, ${agree ? 'as sipward has them' : 'not as sipward has them'}`,
    ...some('missing in OpenSIPS', missing),
    ...some('only in OpenSIPS', surplus),
    `${status.peers} trusted networks of its configuration, ${status.allowed} of the allowlist`,
    `${status.refusedRequests} requests of blocked sources refused since its start`,
    '',
  ].join('\n');
}

function some(label: string, targets: readonly string[]): readonly string[] {
  if (targets.length === 0) return [];
  const more = targets.length > MAX_SHOWN ? ` and ${targets.length - MAX_SHOWN} more` : '';
  return [`  ${label}: ${targets.slice(0, MAX_SHOWN).join(', ')}${more}`];
}
