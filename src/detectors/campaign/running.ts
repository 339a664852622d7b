import { DistinctCount, type DistinctCountState } from '../../lib/distinct-count.ts';
import { hashText } from '../../lib/text-hash.ts';
import { SEVERITIES, type Severity } from '../../pipeline/finding.ts';
import type { Proven } from '../../pipeline/signal.ts';
import { type Member, networkOf } from './member.ts';

/** Counted exactly up to here, estimated beyond. */
const EXACT = 1000;
/** Names of each kind kept for a person to look at. */
const SAMPLES = 20;
/** Told again when it has grown so many times. */
const GROWTH = 10;
/** Neither vowels nor what is easily mistaken: an id is typed, and must not be a word. */
const ALPHABET = '23456789bcdfghjkmnpqrstvwxz';
const ID_LENGTH = 6;

const COUNTED = ['sources', 'networks', 'accounts', 'numbers', 'user-agents'] as const;
type Counted = (typeof COUNTED)[number];

export type News = 'formed' | 'grown' | 'worse' | 'ended';

interface Figures {
  /** What joined it first, in words. */
  readonly joinedBy: string;
  firstAt: number;
  lastAt: number;
  findings: number;
  severity: Severity;
  proven: Proven;
  toldSources: number;
  toldSeverity: Severity;
}

export interface CampaignState extends Figures {
  readonly id: string;
  readonly counts: readonly DistinctCountState[];
  readonly samples: readonly (readonly string[])[];
}

/** A campaign that goes on: what it has come to so far. Its size does not depend on how many take part. */
export class RunningCampaign {
  readonly id: string;
  readonly #figures: Figures;
  readonly #counts = COUNTED.map(() => new DistinctCount(EXACT));
  readonly #samples = COUNTED.map(() => new Set<string>());

  constructor(id: string, figures: Figures) {
    this.id = id;
    this.#figures = { ...figures };
  }

  /** @param first the first found of those that make it: its id is derived from it */
  static begin(first: Member, joinedBy: string, taken: (id: string) => boolean): RunningCampaign {
    let id = idOf(first.identity, 0);
    for (let attempt = 1; taken(id); attempt++) id = idOf(first.identity, attempt);
    const { at, severity, proven } = first;
    return new RunningCampaign(id, {
      joinedBy,
      firstAt: at,
      lastAt: at,
      findings: 0,
      severity,
      proven,
      toldSources: 0,
      toldSeverity: severity,
    });
  }

  static restore({ id, counts, samples, ...figures }: CampaignState): RunningCampaign {
    const campaign = new RunningCampaign(id, figures);
    for (const [i, state] of counts.entries()) campaign.#counts[i]?.restore(state);
    for (const [i, names] of samples.entries()) for (const name of names) campaign.#samples[i]?.add(name);
    return campaign;
  }

  get figures(): Readonly<Figures> {
    return this.#figures;
  }

  count(what: Counted): number {
    return this.#counts[COUNTED.indexOf(what)]?.count ?? 0;
  }

  /** `312`, or `about 4800` where it is estimated. */
  countText(what: Counted): string {
    const isExact = this.#counts[COUNTED.indexOf(what)]?.isExact === true;
    return isExact ? String(this.count(what)) : `about ${Number(this.count(what).toPrecision(2))}`;
  }

  get samples(): Record<string, readonly string[]> {
    const named = COUNTED.map((what, i) => [what, [...(this.#samples[i] ?? [])]] as const);
    return Object.fromEntries(named.filter(([, names]) => names.length > 0));
  }

  add(member: Member): void {
    const figures = this.#figures;
    figures.findings++;
    figures.firstAt = Math.min(figures.firstAt, member.at);
    figures.lastAt = Math.max(figures.lastAt, member.at);
    if (SEVERITIES.indexOf(member.severity) > SEVERITIES.indexOf(figures.severity)) figures.severity = member.severity;
    figures.proven = stronger(figures.proven, member.proven);
    for (const source of member.sources) {
      this.#note('sources', source);
      this.#note('networks', networkOf(source));
    }
    this.#note('accounts', member.account);
    this.#note('numbers', member.number);
    this.#note('user-agents', member.userAgent);
  }

  /** What is worth telling now, and told with this. */
  takeNews(): News | undefined {
    const figures = this.#figures;
    const sources = this.count('sources');
    const news = this.#news(sources);
    if (news === undefined) return undefined;
    figures.toldSources = sources;
    figures.toldSeverity = figures.severity;
    return news;
  }

  state(): CampaignState {
    const counts = this.#counts.map((counter) => counter.state());
    return { id: this.id, ...this.#figures, counts, samples: this.#samples.map((names) => [...names]) };
  }

  #news(sources: number): News | undefined {
    const { toldSources, toldSeverity, severity } = this.#figures;
    if (toldSources === 0) return 'formed';
    if (severity !== toldSeverity) return 'worse';
    return sources >= toldSources * GROWTH ? 'grown' : undefined;
  }

  #note(what: Counted, name: string): void {
    if (name === '') return;
    const i = COUNTED.indexOf(what);
    this.#counts[i]?.add(name);
    const samples = this.#samples[i];
    if (samples !== undefined && samples.size < SAMPLES) samples.add(name);
  }
}

/** `c-7f3k2p`, the same in every replay. */
function idOf(identity: string, attempt: number): string {
  let rest = hashText(identity, attempt);
  let id = '';
  for (let i = 0; i < ID_LENGTH; i++) {
    id += ALPHABET[rest % ALPHABET.length];
    rest = Math.floor(rest / ALPHABET.length);
  }
  return `c-${id}`;
}

function stronger(a: Proven, b: Proven): Proven {
  if (a === 'yes' || b === 'yes') return 'yes';
  return a === 'unknown' || b === 'unknown' ? 'unknown' : 'no';
}
