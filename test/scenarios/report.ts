/** Writes docs/detection.md from what the detectors and policy really do: `npm run detection`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { formatDuration } from '../../src/lib/duration.ts';
import { type CorporaResult, replayCorpora } from './corpora.ts';
import { evaluate, type Result, type Score } from './evaluate.ts';
import { SCENARIOS } from './index.ts';

const PAGE = new URL('../../docs/detection.md', import.meta.url);
const CORPORA_HEADING = '## Recorded traffic';

const INTRO = `# What is found, and who is hurt

Made by \`npm run detection\`; a test holds this page in step with the program. All with the defaults, but for what a
story says.

## Scenarios

Streams of signals from a seeded generator (\`test/scenarios/\`) through the real detectors and policy, beside the rule
in the field on the same input: 10 failures in 300 s from one address, counting 403 only (what most installations do) or
401 with wrong credentials too. Refused requests count in all of them.

- *found*: attackers that are blocked, held for a person, or named by a finding of the right type
- *hurt*: addresses blocked that must not be
- *first*: time and hostile requests from the first of an attack to the first finding
`;

/** The page's part on scenarios. */
export function scenarioReport(results: readonly Result[]): string {
  const rows = results.map((result) => [
    `[${result.scenario.name}](#${result.scenario.name})`,
    result.attackers === 0 ? 'nobody' : String(result.attackers),
    foundText(result.sipward, result.attackers),
    firstText(result.sipward),
    foundText(result.classic['403'], result.attackers),
    foundText(result.classic['401 too'], result.attackers),
    firstText(result.classic['401 too']),
  ]);
  const head = ['scenario', 'attackers', 'sipward', 'first', '403 only', '401 too', 'first'];
  return [INTRO, table(head, rows), totals(results), '### The scenarios\n', ...results.map(story)].join('\n');
}

/** The page's part on recorded traffic. */
export function corporaReport(results: readonly CorporaResult[]): string {
  const rows = results.map((one) => [
    one.path,
    one.expected.join(', ') || '–',
    one.types.join(', ') || 'nothing',
    one.missed.join(', ') || '–',
    one.offenders.length === 0 ? '–' : `${one.blocked.length} of ${one.offenders.length}`,
    one.harmed.join(', ') || 'nobody',
  ]);
  const head = ['recording', 'labelled', 'found', 'missed', 'offenders blocked', 'hurt'];
  return `${CORPORA_HEADING}

Public captures and logs with labels, through \`sipward replay\`. They are not part of the project (\`test/support/corpora.ts\`
says where they are looked for).

${table(head, rows)}`;
}

/** The two parts of the page as it stands. */
export function writtenReport(): { readonly scenarios: string; readonly corpora: string } {
  const text = readFileSync(PAGE, 'utf8');
  const at = text.indexOf(CORPORA_HEADING);
  return at < 0 ? { scenarios: text, corpora: '' } : { scenarios: text.slice(0, at), corpora: text.slice(at) };
}

function foundText(score: Score, attackers: number): string {
  const hurt = score.harmed.length === 0 ? '' : `**${score.harmed.length} hurt**`;
  if (attackers === 0) return hurt || 'nobody hurt';
  const found = score.found === 0 ? '**none found**' : `${score.found} found`;
  return hurt === '' ? found : `${found}, ${hurt}`;
}

function firstText({ firstMs, firstRequests }: Score): string {
  if (firstMs === undefined || firstRequests === undefined) return '–';
  // For somebody else at that address.
  if (firstMs < 0) return 'before it began';
  const rounded = firstMs < 60_000 ? Math.round(firstMs / 100) * 100 : Math.round(firstMs / 60_000) * 60_000;
  return `${formatDuration(rounded)}, ${firstRequests} ${firstRequests === 1 ? 'request' : 'requests'}`;
}

function totals(results: readonly Result[]): string {
  const attackers = sum(results, (one) => one.attackers);
  const row = (name: string, scoreOf: (result: Result) => Score) => {
    const found = sum(results, (one) => scoreOf(one).found);
    const blocked = sum(results, (one) => scoreOf(one).blocked);
    const harmed = sum(results, (one) => scoreOf(one).harmed.length);
    const scenarios = results.filter((one) => one.attackers > 0);
    const seen = scenarios.filter((one) => scoreOf(one).found > 0).length;
    return [
      name,
      `${seen} of ${scenarios.length}`,
      percent(found, attackers),
      percent(blocked, blocked + harmed),
      String(harmed),
    ];
  };
  const rows = [
    row('sipward', (one) => one.sipward),
    row('403 only', (one) => one.classic['403']),
    row('401 too', (one) => one.classic['401 too']),
  ];
  const head = ['', 'attacks found', 'recall: attackers found', 'precision: blocks that hit attackers', 'hurt'];
  return `\nTogether:\n\n${table(head, rows)}`;
}

function story({ scenario, sipward, signals }: Result): string {
  const found = sipward.types.length === 0 ? 'nothing' : sipward.types.map((type) => `\`${type}\``).join(', ');
  return `#### ${scenario.name}\n\n${scenario.story} ${signals} signals; found: ${found}.\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

function sum<T>(list: readonly T[], value: (one: T) => number): number {
  return list.reduce((total, one) => total + value(one), 0);
}

if (import.meta.main) {
  const corpora = await replayCorpora();
  const scenarios = scenarioReport(SCENARIOS.map(evaluate));
  // Where there are no recordings, what is written about them stays.
  const rest = corpora === undefined ? writtenReport().corpora : corporaReport(corpora);
  writeFileSync(PAGE, `${scenarios}\n${rest}`);
  process.stdout.write(`${scenarios}\n${rest}`);
}
