import type { Command } from 'commander';
import type { Config } from '../../../config/schema.ts';
import type { Operations } from '../../../daemon/operations.ts';
import { countText } from '../../../lib/count-text.ts';
import { type Difference, difference, type OpensipsStatus, readStatus } from '../../../opensips/status.ts';
import { allBlocks } from '../../all-blocks.ts';
import { allDisabled } from '../../all-disabled.ts';
import { type Bind, command } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import { printable } from '../../printable.ts';
import type { Session } from '../../session.ts';

/** Shown of a long list. */
const MAX_SHOWN = 10;

export function opensipsStatusCommand(bind: Bind): Command {
  return command('status', 'What OpenSIPS has in memory, against what sipward thinks.', ['sipward opensips status'])
    .description(
      'What OpenSIPS has in memory, against what sipward thinks: blocks, disabled accounts, allowlist, refused requests. Fails if they differ.',
    )
    .action(
      bind(async (session) => {
        const status = await readStatus(session.loaded.config.opensips.mi, session.io.clock());
        const blocks = difference(
          (await wanted(session, allBlocks)).map(({ target }) => target),
          status.blocks,
        );
        const accounts = difference(
          (await wanted(session, allDisabled)).map(({ aor }) => aor),
          status.disabled,
        );
        if (!enforces(session.loaded.config)) {
          session.note(
            "sipward: it keeps nobody out there: that takes 'enforcement: enforce' and 'enforcers.opensips.enabled: true'",
          );
        }
        session.print({ ...status, ...blocks, accounts }, () => statusText(status, blocks, accounts));
        return agrees(blocks) && agrees(accounts) ? EXIT.ok : EXIT.failed;
      }),
    );
}

/** What OpenSIPS is to hold: nothing where it is not to be told. */
async function wanted<T>(
  session: Session,
  all: (operations: Operations) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  return enforces(session.loaded.config) ? session.withOperations(all) : [];
}

function agrees({ missing, surplus }: Difference): boolean {
  return missing.length + surplus.length === 0;
}

/** Whether the daemon is to hold blocks in OpenSIPS at all. */
function enforces({ enforcement, enforcers }: Config): boolean {
  const section = enforcers.opensips as { readonly enabled?: boolean } | undefined;
  return enforcement === 'enforce' && section?.enabled === true;
}

function statusText(status: OpensipsStatus, blocks: Difference, accounts: Difference): string {
  const whether = (of: Difference) => (agrees(of) ? 'as sipward has them' : 'not as sipward has them');
  return [
    `${status.version}, up since ${status.upSince}`,
    `${countText(status.blocks.length, 'block')}, ${whether(blocks)}`,
    ...some('missing in OpenSIPS', blocks.missing),
    ...some('only in OpenSIPS', blocks.surplus),
    `${countText(status.disabled.length, 'disabled account')}, ${whether(accounts)}`,
    ...some('missing in OpenSIPS', accounts.missing),
    ...some('only in OpenSIPS', accounts.surplus),
    `${countText(status.peers, 'trusted network')} of its configuration, ${status.allowed} of the allowlist`,
    `${countText(status.refusedRequests, 'request')} of blocked sources refused since its start`,
    '',
  ].join('\n');
}

function some(label: string, targets: readonly string[]): readonly string[] {
  if (targets.length === 0) return [];
  const more = targets.length > MAX_SHOWN ? ` and ${targets.length - MAX_SHOWN} more` : '';
  return [`  ${label}: ${targets.slice(0, MAX_SHOWN).map(printable).join(', ')}${more}`];
}
