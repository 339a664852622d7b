import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { OperationResult } from '../../../daemon/operations.ts';
import { countText, nounFor } from '../../../lib/count-text.ts';
import { parseAllowFile } from '../../allow-file.ts';
import { type Bind, command } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import { report } from '../../outcome.ts';
import { Progress } from '../../progress.ts';
import type { Session } from '../../session.ts';

/** Entries a request; the daemon stays responsive in between. */
const BATCH = 500;

export function allowImportCommand(bind: Bind): Command {
  return command('import', 'Add the entries of a file to the allowlist: all of them, or none if one is wrong.', [
    'sipward allow import partners.txt',
    'sipward allow export | ssh other sipward allow import -',
  ])
    .argument('<file>', 'one address or network a line, then its description; - is standard input')
    .option('--force', 'also networks wider than /16 (IPv6: /32)', false)
    .action(bind((session, [file]: [string], { force }: { readonly force: boolean }) => run(session, file, force)));
}

async function run(session: Session, file: string, force: boolean): Promise<number> {
  const { entries, problems } = parseAllowFile(await read(session, file), file, force);
  if (problems.length > 0) {
    for (const problem of problems) session.note(`sipward: ${problem}`);
    session.note('sipward: nothing was imported');
    return EXIT.failed;
  }
  const progress = new Progress(session.io, 'importing', entries.length);
  return session.withOperations(async (operations) => {
    const results: OperationResult<'allowAdd'>[] = [];
    for (let from = 0; from < entries.length; from += BATCH) {
      const batch = entries.slice(from, from + BATCH);
      results.push(await operations.allowAdd({ entries: batch, by: session.io.user, force }));
      progress.at(from + batch.length);
    }
    progress.done();
    return finish(session, results);
  });
}

async function read(session: Session, file: string): Promise<string> {
  return file === '-' ? text(session.io.stdin) : session.readText(file);
}

function finish(session: Session, results: readonly OperationResult<'allowAdd'>[]): number {
  const added = results.flatMap((result) => result.added);
  const updated = results.flatMap((result) => result.updated);
  const lifted = results.flatMap((result) => result.lifted);
  session.print({ added, updated, lifted: lifted.map(({ target }) => target) }, () => {
    const ended = lifted.length === 0 ? '' : ` Lifted ${countText(lifted.length, 'block')}.`;
    return `Imported ${countText(added.length, 'entry', 'entries')}; ${updated.length} ${nounFor(updated.length, 'was', 'were')} there already.${ended}\n`;
  });
  const notes = [...new Set(results.flatMap((result) => result.notes))];
  return report(session, { notes, layers: results.flatMap((result) => result.layers) });
}
