import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseConfig } from '../../src/config/parse.ts';
import type { ReplayReport } from '../../src/daemon/replay.ts';
import { replayFiles } from '../../src/daemon/replay-files.ts';
import type { EventType } from '../../src/pipeline/finding.ts';
import { corporaFile } from '../support/corpora.ts';

/** One labelled recording, as its manifest has it. */
interface Case {
  readonly path: string;
  readonly label: string;
  readonly offenders: readonly string[];
  readonly must_not_block: readonly string[];
  readonly expect: readonly string[];
}

export interface CorporaResult {
  readonly path: string;
  readonly label: string;
  readonly expected: readonly string[];
  /** What was expected and not found. */
  readonly missed: readonly string[];
  readonly types: readonly string[];
  readonly offenders: readonly string[];
  readonly blocked: readonly string[];
  readonly harmed: readonly string[];
}

/** The manifest's plain words for what is in a recording, and the findings that name it rightly. */
const MEANT: Readonly<Record<string, readonly EventType[]>> = {
  recon_scan: ['scanner_detected'],
  register_bruteforce: ['brute_force_detected'],
  extension_enum: ['username_enumeration'],
  acl_reject: ['brute_force_detected'],
  account_compromise: ['account_compromised'],
};

/** Every labelled recording through `replay`, as an operator would; undefined where there are none. */
export async function replayCorpora(): Promise<readonly CorporaResult[] | undefined> {
  const manifest = corporaFile('manifest.json');
  if (manifest === undefined) return undefined;
  const { cases } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly cases: readonly Case[] };
  const results: CorporaResult[] = [];
  for (const one of cases) results.push(await replayCase(one, join(dirname(manifest), one.path)));
  return results;
}

async function replayCase(one: Case, file: string): Promise<CorporaResult> {
  const { report, faults } = await replayFiles({
    config: parseConfig('', 'defaults'),
    files: [file],
    format: 'auto',
    allowlist: [],
    clock: () => Date.UTC(2026, 0, 15),
    stop: new AbortController().signal,
    onProgress: () => {},
  });
  if (faults.length > 0) throw new Error(`${one.path}: ${faults.join('; ')}`);
  const types = [...new Set(report.findings.map(({ type }) => type))];
  const acted = report.decisions.filter(({ action }) => action === 'block').map(({ ip }) => ip);
  return {
    path: one.path,
    label: one.label,
    expected: one.expect,
    missed: one.expect.filter((words) => !isFound(words, one, report)),
    types,
    offenders: one.offenders,
    blocked: one.offenders.filter((ip) => acted.includes(ip)),
    harmed: one.must_not_block.filter((ip) => acted.includes(ip)),
  };
}

function isFound(words: string, { offenders }: Case, report: ReplayReport): boolean {
  const [what = '', account] = words.split(':');
  const types: readonly string[] = MEANT[what] ?? [];
  return report.findings.some(
    ({ type, subject }) =>
      types.includes(type) &&
      (offenders.includes(subject.ip ?? '') || (account !== undefined && subject.aor?.startsWith(`${account}@`))),
  );
}
