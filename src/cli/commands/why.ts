import { type Command, Option } from 'commander';
import type { OperationResult } from '../../daemon/operations.ts';
import { originText } from '../../daemon/origin.ts';
import { countText } from '../../lib/count-text.ts';
import { disabledTable, enabledTable } from '../account-table.ts';
import { blockTable, endedBlockTable } from '../block-table.ts';
import { type Bind, command } from '../command.ts';
import { eventTable } from '../event-table.ts';
import { number } from '../option-values.ts';
import { printable } from '../printable.ts';
import type { Session } from '../session.ts';
import type { Tone } from '../style.ts';
import { localTime } from '../times.ts';

type Answer = OperationResult<'why'>;

const TONES: Readonly<Record<Answer['verdict'], Tone>> = {
  blocked: 'bad',
  disabled: 'bad',
  allowlisted: 'good',
  'not-blocked': 'strong',
};

export function whyCommand(bind: Bind): Command {
  return command('why', 'Say why an address is blocked or an account disabled, and what is known of them.', [
    'sipward why 203.0.113.7',
    'sipward why 1001@example.com',
  ])
    .description(
      'Say whether and why an address is blocked: by which evidence, in which layers, against which allowlist entry, and what was before. Of an account: whether and why it is disabled, and who tried it.',
    )
    .argument('<subject>', 'an address, a network, or an account (user@domain)')
    .addOption(new Option('--limit <n>', 'rows of history of each kind').argParser(number).default(10))
    .action(
      bind((session, [subject]: [string], { limit }: { readonly limit: number }) =>
        session.withOperations(async (operations) => {
          const answer = await operations.why({ subject, limit });
          session.answer('why', answer, () => answerText(session, answer));
          return 0;
        }),
      ),
    );
}

function answerText(session: Session, answer: Answer): string {
  const { history } = answer;
  const inForce = new Set([...answer.blocks, ...answer.ports].map(({ id }) => id));
  const now = session.io.clock();
  // The history of a network holds blocks in force of its parts, too.
  const ended = history.blocks.filter(
    (block) => !inForce.has(block.id) && (block.unblockedAt ?? block.expiresAt ?? Number.POSITIVE_INFINITY) <= now,
  );
  const { disabled } = answer;
  const enabled = history.disabled.filter(({ id }) => id !== disabled?.id);
  return [
    `${session.style(TONES[answer.verdict], printable(answer.answer))}\n`,
    originLine(answer),
    ...answer.campaigns.map((campaign) => `${session.style('strong', campaignText(campaign))}\n`),
    ...answer.notes.map((note) => `${session.style('warn', printable(note))}\n`),
    section(session, 'Blocks in force', answer.blocks, blockTable),
    section(session, 'Ports blocked', answer.ports, blockTable),
    section(session, 'Disabled', disabled === null ? [] : [disabled], disabledTable),
    section(session, 'Layers', answer.layers, 'aor' in answer.subject ? accountLayerTable : layerTable),
    `\n${countsText(answer)}\n`,
    section(session, 'Security events', history.events, eventTable),
    section(session, 'Latest requests', history.signals, signalTable),
    section(session, 'Earlier blocks', ended, endedBlockTable),
    section(session, 'Disabled before', enabled, enabledTable),
  ].join('');
}

function campaignText({ campaign, sources, description }: Answer['campaigns'][number]): string {
  return printable(`Part of the campaign ${campaign}, ${countText(sources, 'source')}; told last: ${description}`);
}

function originLine({ origin, score }: Answer): string {
  if (origin === null) return '';
  const where = originText(origin);
  const reputation = score === null ? '' : `, reputation ${score} of 100 (the higher, the worse)`;
  return `Origin: ${printable(where === '' ? 'not known' : where)}${reputation}\n`;
}

function section<T>(
  session: Session,
  title: string,
  rows: readonly T[],
  render: (session: Session, rows: readonly T[]) => string,
): string {
  return rows.length === 0 ? '' : `\n${session.style('strong', title)}\n${render(session, rows)}`;
}

function countsText({ history }: Answer): string {
  const { failures, doorKnocks, firstAt, lastAt } = history;
  if (firstAt === null || lastAt === null) return 'Nothing hostile is recorded.';
  return `Recorded: ${countText(failures, 'failed registration')} and ${countText(doorKnocks, 'door knock')}, first ${localTime(firstAt)}, last ${localTime(lastAt)}.`;
}

const layerTable = tableOfLayers('keep it out', 'keeps it out', 'lets it in');
const accountLayerTable = tableOfLayers('keep it from calling', 'keeps it from calling', 'lets it call');

/** What each layer does, or would do, with who is asked about. */
function tableOfLayers(would: string, does: string, not: string) {
  return (session: Session, layers: Answer['layers']): string =>
    session.table(
      [{ title: 'LAYER' }, { title: 'STATE' }],
      layers.map(({ layer, blocked, error }) => {
        if (blocked === null) return [layer, { text: `not known: ${error ?? ''}`, tone: 'warn' }];
        const keeps = layer === 'dry-run' ? `would ${would}` : does;
        return [layer, { text: blocked ? keeps : not, tone: blocked ? 'bad' : 'good' }];
      }),
    );
}

function signalTable(session: Session, signals: Answer['history']['signals']): string {
  return session.table(
    [
      { title: 'TIME' },
      { title: 'SOURCE' },
      { title: 'REQUEST' },
      { title: 'ANSWER' },
      { title: 'ACCOUNT' },
      { title: 'USER AGENT', flexible: true },
    ],
    signals.map((signal) => [
      localTime(signal.at),
      `${signal.ip}:${signal.port} ${signal.transport}`,
      signal.method,
      [signal.status || '', signal.reason].join(' ').trim(),
      signal.user === '' ? signal.domain : `${signal.user}@${signal.domain}`,
      signal.userAgent,
    ]),
  );
}
