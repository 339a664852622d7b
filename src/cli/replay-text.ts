import type { ReplayReport } from '../daemon/replay.ts';
import type { Customers } from '../daemon/source-book.ts';
import { countText, nounFor } from '../lib/count-text.ts';
import { roughDuration } from '../lib/duration.ts';
import { wordsOf } from '../lib/target.ts';
import { type Action, ALREADY_BLOCKED } from '../pipeline/decision.ts';
import type { EventType } from '../pipeline/finding.ts';
import type { Session } from './session.ts';
import type { Tone } from './style.ts';
import { localTime } from './times.ts';

type Verdict = ReplayReport['sources'][number]['verdict'];

const VERDICT_TONES: Readonly<Record<Verdict, Tone>> = {
  attacker: 'bad',
  suspect: 'warn',
  misconfigured: 'warn',
  clean: 'good',
};
/** Why a source has its verdict if no finding names it. */
const WITHOUT_FINDING: Partial<Record<Verdict, string>> = {
  attacker: 'part of an attack',
  suspect: 'part of an attack',
  misconfigured: 'something failed, too little to be an attack',
};
const ACTION_TONES: Readonly<Record<Action, Tone>> = { block: 'bad', hold: 'warn', watch: 'warn', ignore: 'dim' };
/** Worst first. */
const VERDICT_ORDER = Object.keys(VERDICT_TONES) as readonly Verdict[];
const SHOWN = 50;
const TOLD: EventType = 'campaign_detected';

/** A replay for people: what was read, who would have been blocked and why, who would have been let be. */
export function replayText(session: Session, report: ReplayReport, customers: Customers, unit: string): string {
  const { input, findings, sources } = report;
  const decisions = report.decisions.filter(({ reason }) => reason !== ALREADY_BLOCKED);
  if (input.signals === 0) return `${inputText(input, unit)}\nNothing to judge: no signals were found.\n`;
  return [
    `${inputText(input, unit)}\n${session.style('strong', outcomeText(report))}\n${hurtText(report, customers)}`,
    titled(session, 'Sources', sourceTable(session, report), sources.length),
    campaignText(session, findings),
    findings.length === 0 ? '' : titled(session, 'Findings', findingTable(session, findings), 0),
    decisions.length === 0 ? '' : titled(session, 'Decisions', decisionTable(session, decisions), decisions.length),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function inputText({ files, lines, signals, unrecognised, seconds }: ReplayReport['input'], unit: string): string {
  const figure = (count: number, noun: string) => `${count.toLocaleString('en')} ${nounFor(count, noun)}`;
  const speed = seconds >= 1 ? ` (${Math.round(lines / seconds).toLocaleString('en')} a second)` : '';
  const read = `Read ${figure(lines, unit)} of ${figure(files, 'file')} in ${seconds.toFixed(1)} s${speed}`;
  return `${read}: ${figure(signals, 'signal')}, ${figure(unrecognised, unit)} not understood.`;
}

function outcomeText({ sources, decisions }: ReplayReport): string {
  const targets = (action: Action, of: (one: ReplayReport['decisions'][number]) => string | undefined) =>
    new Set(decisions.filter((one) => one.action === action).flatMap((one) => of(one) || [])).size;
  const blocked = targets('block', (one) => (one.port === undefined ? one.ip : undefined));
  const ports = targets('block', (one) => (one.port === undefined ? undefined : aboutText(one)));
  const disabled = targets('block', ({ aor }) => aor);
  const held = targets('hold', ({ ip, aor }) => ip || aor);
  const who = blocked === 0 ? 'Nobody' : `${blocked} of ${countText(sources.length, 'source')}`;
  const narrow = ports === 0 ? '' : `, ${countText(ports, 'single port')}`;
  const accounts = disabled === 0 ? '' : `, ${countText(disabled, 'account')} disabled`;
  const hold = held === 0 ? '' : `; ${held} would have waited for a person to decide`;
  return `${who} would have been blocked${narrow}${accounts}${hold}.`;
}

function hurtText({ decisions }: ReplayReport, { seen, hurt }: Customers): string {
  if (!decisions.some(({ action }) => action === 'block')) return '';
  if (seen === 0)
    return 'Nothing here shows who registers or calls with success, so who would have been hurt is yours to see.\n';
  if (hurt.length === 0) return 'Nobody who registered or called with success would have been hurt.\n';
  const some = hurt.slice(0, 5).join(', ');
  const more = hurt.length > 5 ? ` and ${hurt.length - 5} more` : '';
  return `Look first: ${some}${more} registered or called with success, and would have been blocked. Customers, or attackers that got in?\n`;
}

function titled(session: Session, title: string, table: string, count: number): string {
  const more = count > SHOWN ? `and ${count - SHOWN} more (all with --json)\n` : '';
  return `${session.style('strong', title)}\n${table}${more}`;
}

function sourceTable(session: Session, { sources, findings }: ReplayReport): string {
  const found = Map.groupBy(findings, ({ subject }) => subject.ip ?? '');
  const why = (ip: string, verdict: Verdict) =>
    found.has(ip) ? [...new Set(found.get(ip)?.map(({ type }) => type))].join(', ') : (WITHOUT_FINDING[verdict] ?? '');
  const worstFirst = sources.toSorted(
    (a, b) => VERDICT_ORDER.indexOf(a.verdict) - VERDICT_ORDER.indexOf(b.verdict) || b.signals - a.signals,
  );
  return session.table(
    [
      { title: 'ADDRESS' },
      { title: 'VERDICT' },
      { title: 'SIGNALS', align: 'right' },
      { title: 'WHY', flexible: true },
    ],
    worstFirst
      .slice(0, SHOWN)
      .map(({ ip, verdict, signals }) => [
        ip,
        { text: verdict, tone: VERDICT_TONES[verdict] },
        String(signals),
        why(ip, verdict),
      ]),
  );
}

/** One row for each attack, in the order in which they formed. */
function campaignText(session: Session, findings: ReplayReport['findings']): string {
  const byCampaign = Map.groupBy(
    findings.filter(({ campaign }) => campaign !== undefined),
    ({ campaign }) => campaign ?? '',
  );
  if (byCampaign.size === 0) return '';
  const rows = [...byCampaign].slice(0, SHOWN).map(([campaign, all]) => {
    const members = all.filter(({ type }) => type !== TOLD);
    return [
      campaign,
      localTime(Date.parse(members[0]?.at ?? '')),
      localTime(Date.parse(members.at(-1)?.at ?? '')),
      String(members.length),
      all.findLast(({ type }) => type === TOLD)?.reason ?? '',
    ];
  });
  const table = session.table(
    [
      { title: 'CAMPAIGN' },
      { title: 'FIRST' },
      { title: 'LAST' },
      { title: 'FINDINGS', align: 'right' },
      { title: 'WHAT', flexible: true },
    ],
    rows,
  );
  return titled(session, 'Campaigns', table, byCampaign.size);
}

/** One row for each type: a large recording has thousands of findings. */
function findingTable(session: Session, findings: ReplayReport['findings']): string {
  const byType = Map.groupBy(findings, ({ type }) => type);
  return session.table(
    [
      { title: 'TYPE' },
      { title: 'TIMES', align: 'right' },
      { title: 'SUBJECTS', align: 'right' },
      { title: 'FIRST' },
      { title: 'FOR EXAMPLE', flexible: true },
    ],
    [...byType].map(([type, all]) => [
      type,
      String(all.length),
      String(new Set(all.map(({ subject }) => JSON.stringify(subject))).size),
      localTime(Date.parse(all[0]?.at ?? '')),
      `${Object.values(all[0]?.subject ?? {}).join()}: ${all[0]?.reason ?? ''}`,
    ]),
  );
}

/** Whom a decision is about. */
function aboutText({ ip, port, protocol, aor, campaign }: ReplayReport['decisions'][number]): string {
  if (port === undefined) return ip || (aor ?? campaign ?? '');
  return wordsOf(`${protocol}:${ip.includes(':') ? `[${ip}]` : ip}:${port}`);
}

function decisionTable(session: Session, decisions: ReplayReport['decisions']): string {
  return session.table(
    [
      { title: 'TIME' },
      { title: 'DECISION' },
      { title: 'ABOUT' },
      { title: 'FOR' },
      { title: 'REASON', flexible: true },
    ],
    decisions
      .slice(0, SHOWN)
      .map((one) => [
        localTime(Date.parse(one.at)),
        { text: one.action, tone: ACTION_TONES[one.action] },
        aboutText(one),
        one.seconds > 0 ? roughDuration(one.seconds * 1000) : '',
        one.reason,
      ]),
  );
}
