import type { Command } from 'commander';
import type { OperationResult } from '../../daemon/operations.ts';
import { type Bind, command } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { printable } from '../printable.ts';
import type { Session } from '../session.ts';

type Check = OperationResult<'doctor'>['checks'][number];

const MARKS = { ok: ['good', 'ok     '], warning: ['warn', 'warning'], failed: ['bad', 'FAILED '] } as const;

export function doctorCommand(bind: Bind): Command {
  return command('doctor', 'Check everything sipward depends on, and say what to do.', ['sipward doctor']).action(
    bind((session) =>
      session.withOperations(async (operations) => {
        const { checks } = await operations.doctor({});
        const all = [configCheck(session), ...checks];
        session.answer('doctor', { checks: all }, () => all.map((check) => checkText(session, check)).join(''));
        return all.some(({ state }) => state === 'failed') ? EXIT.failed : EXIT.ok;
      }),
    ),
  );
}

function configCheck(session: Session): Check {
  const found = session.loaded.file ?? 'none found, embedded defaults';
  return { name: 'configuration', state: 'ok', found, advice: '' };
}

function checkText(session: Session, { name, state, found, advice }: Check): string {
  const [tone, mark] = MARKS[state];
  const hint = advice === '' ? '' : `${' '.repeat(9)}${printable(advice)}\n`;
  return `${session.style(tone, mark)}  ${session.style('strong', name)}: ${printable(found)}\n${hint}`;
}
