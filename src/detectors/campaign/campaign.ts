import { BoundedMap } from '../../lib/bounded-map.ts';
import type { Finding } from '../../pipeline/finding.ts';
import type { Correlation } from '../../pipeline/pipeline.ts';
import type { Signal } from '../../pipeline/signal.ts';
import type { Detector, DetectorState } from '../detector.ts';
import type { CampaignConfig } from './config.ts';
import { type Member, memberOf } from './member.ts';
import { type CampaignState, type News, RunningCampaign } from './running.ts';
import { sentence } from './sentence.ts';
import { type Strength, type Tie, tiesOf } from './ties.ts';

/** Who shares a tie: the campaign it leads to, or the findings that may become one. */
interface Group {
  readonly campaign: string | undefined;
  /** The latest findings that belong to no campaign. */
  readonly waiting: readonly Member[];
  readonly lastAt: number;
}

interface Snapshot {
  readonly campaigns: readonly CampaignState[];
  readonly groups: readonly (readonly [key: number, group: Group])[];
  readonly ended: readonly Finding[];
}

interface Joined {
  readonly campaign: RunningCampaign;
  /** Those that joined now. */
  readonly members: readonly Member[];
}

/** Findings of a group that wait for more at most: enough for `weak-sources`, each found several times. */
const MAX_WAITING = 64;
const SWEEP_EVERY_MS = 600_000;

/**
 * Groups findings that share marks, targets or networks within an hour or so, so that a person sees one attack and not
 * a thousand rows. It looks at what the other detectors found, never at signals alone, and blocks nobody.
 *
 * Campaigns: running (told when it forms, grows tenfold, becomes more severe), over (told once, with its totals, when
 * nothing was found of it for `quiet-for`). Two that were told apart stay apart.
 */
export class Campaign implements Detector {
  readonly name = 'campaign';
  readonly #config: CampaignConfig;
  readonly #needs: Readonly<Record<Strength, number>>;
  readonly #running = new Map<string, RunningCampaign>();
  readonly #groups: BoundedMap<number, Group>;
  /** Ends that have yet to be told. */
  #ended: readonly Finding[] = [];
  #sweptAt = 0;
  /** Campaigns told to be over before their time. */
  #evicted = 0;

  constructor(config: CampaignConfig) {
    this.#config = { ...config };
    this.#needs = { joins: Number.POSITIVE_INFINITY, strong: config.sources, weak: config['weak-sources'] };
    this.#groups = new BoundedMap(config['max-ties']);
  }

  /** A signal alone says nothing here: see `correlate`. */
  observe(): undefined {
    return undefined;
  }

  correlate(finding: Finding, signal: Signal): Correlation | undefined {
    // What is no reason to keep somebody out is no attack that others could be part of.
    if (finding.severity !== 'error' && finding.severity !== 'critical') return undefined;
    const member = memberOf(finding, signal);
    const ties = tiesOf(finding, signal, member);
    const joined = this.#joined(ties, member) ?? this.#formed(ties, member);
    if (joined === undefined) return undefined;
    const { campaign, members } = joined;
    const news = campaign.takeNews();
    return {
      campaign: campaign.id,
      earlier: members.filter((one) => one !== member).map(({ identity }) => identity),
      news: news === undefined ? undefined : this.#find(campaign, news, member.at),
    };
  }

  conclude(now: number): readonly Finding[] {
    for (const campaign of this.#running.values()) {
      if (now - campaign.figures.lastAt > this.#config['quiet-for']) this.#end(campaign);
    }
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }

  expire(now: number): void {
    // There are many, and those that are over are known by their time: no need to be in time.
    if (now - this.#sweptAt < SWEEP_EVERY_MS) return;
    this.#sweptAt = now;
    this.#groups.expire(({ campaign, lastAt }) =>
      campaign === undefined ? now - lastAt > this.#config.window : !this.#running.has(campaign),
    );
  }

  state(): DetectorState {
    return { tracked: this.#running.size, evicted: this.#evicted + this.#groups.evicted };
  }

  snapshot(): Snapshot {
    const campaigns = [...this.#running.values()].map((campaign) => campaign.state());
    return { campaigns, groups: [...this.#groups.entries()], ended: this.#ended };
  }

  restore(snapshot: unknown): boolean {
    const { campaigns, groups, ended } = snapshot as Snapshot;
    for (const state of campaigns) this.#running.set(state.id, RunningCampaign.restore(state));
    for (const [key, group] of groups) this.#groups.set(key, group);
    this.#ended = ended;
    return true;
  }

  #joined(ties: readonly Tie[], member: Member): Joined | undefined {
    for (const { key } of ties) {
      const campaign = this.#campaignOf(key, member.at);
      if (campaign !== undefined) return { campaign, members: this.#gather(campaign, member, telling(ties)) };
    }
    return undefined;
  }

  #formed(ties: readonly Tie[], member: Member): Joined | undefined {
    let forming: { readonly tie: Tie; readonly waiting: readonly Member[] } | undefined;
    for (const tie of ties) {
      const waiting = this.#wait(tie, member);
      const sources = new Set(waiting.flatMap((one) => one.sources));
      if (sources.size >= this.#needs[tie.strength]) forming ??= { tie, waiting };
    }
    if (forming === undefined) return undefined;
    if (this.#running.size >= this.#config['max-campaigns']) this.#evict();
    const { tie, waiting } = forming;
    const campaign = RunningCampaign.begin(waiting[0] ?? member, tie.words, (id) => this.#running.has(id));
    this.#running.set(campaign.id, campaign);
    return { campaign, members: this.#gather(campaign, member, [tie, ...telling(ties)]) };
  }

  /** @returns the findings that share the tie and belong to no campaign, this one last */
  #wait({ key }: Tie, member: Member): readonly Member[] {
    const known = this.#waitingAt(key, member.at);
    const waiting = [...known, member].slice(-MAX_WAITING);
    this.#groups.set(key, { campaign: undefined, waiting, lastAt: member.at });
    return waiting;
  }

  /** Takes the finding into the campaign, with those that wait at these ties or are of the same sources. */
  #gather(campaign: RunningCampaign, member: Member, ties: readonly Tie[]): readonly Member[] {
    const members = new Set([member]);
    const addAll = (waiting: readonly Member[]) => {
      for (const one of waiting) members.add(one);
    };
    for (const { key } of ties) addAll(this.#lead(key, campaign, member.at));
    // The set grows while it is walked.
    for (const one of members) {
      campaign.add(one);
      for (const key of one.sourceKeys) addAll(this.#lead(key, campaign, member.at));
    }
    return [...members];
  }

  /** Makes a tie lead to the campaign, unless it leads to another; returns who waited there. */
  #lead(key: number, campaign: RunningCampaign, at: number): readonly Member[] {
    const other = this.#campaignOf(key, at);
    if (other !== undefined && other !== campaign) return [];
    const waiting = this.#waitingAt(key, at);
    this.#groups.set(key, { campaign: campaign.id, waiting: [], lastAt: at });
    return waiting;
  }

  /** A finding waits at each of its ties; once its source leads to a campaign, it waits nowhere. */
  #waitingAt(key: number, at: number): readonly Member[] {
    const since = at - this.#config.window;
    return (this.#groups.get(key)?.waiting ?? []).filter(
      (one) => one.at >= since && !one.sourceKeys.some((source) => this.#campaignOf(source, at)),
    );
  }

  #campaignOf(key: number, at: number): RunningCampaign | undefined {
    const id = this.#groups.get(key)?.campaign;
    const campaign = id === undefined ? undefined : this.#running.get(id);
    return campaign !== undefined && at - campaign.figures.lastAt <= this.#config['quiet-for'] ? campaign : undefined;
  }

  #evict(): void {
    const campaigns = [...this.#running.values()];
    const quietest = campaigns.reduce((a, b) => (b.figures.lastAt < a.figures.lastAt ? b : a));
    this.#end(quietest);
    this.#evicted++;
  }

  #end(campaign: RunningCampaign): void {
    this.#running.delete(campaign.id);
    const { lastAt } = campaign.figures;
    this.#ended = [...this.#ended, this.#find(campaign, 'ended', lastAt + this.#config['quiet-for'])];
  }

  #find(campaign: RunningCampaign, news: News, at: number): Finding {
    const { firstAt, lastAt, findings, proven, severity } = campaign.figures;
    return {
      type: 'campaign_detected',
      detector: this.name,
      severity: news === 'ended' ? 'info' : severity,
      subject: { kind: 'campaign', campaign: campaign.id },
      at,
      count: findings,
      reason: sentence(campaign, news, at),
      evidence: { firstAt, lastAt, proven, samples: campaign.samples },
      identity: `${this.name}:${campaign.id}:${news}:${at}`,
    };
  }
}

/** Those that lead further findings to the campaign: what chance may share does not. */
function telling(ties: readonly Tie[]): readonly Tie[] {
  return ties.filter(({ strength }) => strength === 'strong');
}
