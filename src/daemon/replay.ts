import type { Config } from '../config/schema.ts';
import { Flow, type Protocol } from '../lib/flow.ts';
import type { Network } from '../lib/network.ts';
import { networkOf } from '../lib/target.ts';
import type { Batch } from '../pipeline/batch.ts';
import type { Action } from '../pipeline/decision.ts';
import { type Finding, type Severity, subjectJson, toldCampaign } from '../pipeline/finding.ts';
import { type Geography, NO_GEOGRAPHY, NO_INTEL } from '../pipeline/intel.ts';
import type { Outcome } from '../pipeline/pipeline.ts';
import type { Signal } from '../pipeline/signal.ts';
import { loopback } from './own-addresses.ts';
import { buildPipeline } from './pipeline-parts.ts';
import { type Customers, SourceBook, type Verdict } from './source-book.ts';

/** What `replay --json` prints (times ISO 8601, UTC). */
export interface ReplayReport {
  readonly input: {
    readonly files: number;
    readonly lines: number;
    readonly signals: number;
    readonly unrecognised: number;
    readonly seconds: number;
  };
  readonly findings: readonly {
    readonly type: string;
    readonly severity: Severity;
    readonly subject: Readonly<Record<string, string>>;
    readonly at: string;
    readonly count: number;
    readonly reason: string;
    /** Absent if it belongs to none. */
    readonly campaign?: string;
  }[];
  readonly decisions: readonly {
    readonly action: Action;
    readonly ip: string;
    /** If a single flow of the address is blocked. */
    readonly port?: number;
    readonly protocol?: Protocol;
    /** The account, of a decision about one. */
    readonly aor?: string;
    /** The campaign, or another group such as all networks of a provider, of a decision about one; as in `subject`. */
    readonly campaign?: string;
    readonly at: string;
    readonly seconds: number;
    readonly reason: string;
    readonly finding: string;
  }[];
  readonly sources: readonly { readonly ip: string; readonly signals: number; readonly verdict: Verdict }[];
}

/** Findings and decisions kept for the report at most, so that a recording larger than memory can be replayed. */
const MAX_OUTCOMES = 100_000;

/**
 * Takes recorded input through the same detectors and policy as the live daemon and changes nothing.
 * The addresses of this host are not exempt, loopback excepted: the recording may come from another.
 */
export class Replay {
  readonly #parts: ReturnType<typeof buildPipeline>;
  readonly #outcomes: Outcome[] = [];
  readonly #book = new SourceBook();
  /** The campaigns of findings, by identity: of many it is known only later. */
  readonly #campaigns = new Map<string, string>();
  readonly #faults: string[] = [];
  #lines = 0;
  #signals = 0;
  #unrecognised = 0;
  #files = 0;

  /**
   * @param allowlist the managed allowlist, with a description each
   * @param geography where addresses are; lists are unknown, for they change
   */
  constructor(
    config: Config,
    allowlist: readonly (readonly [Network, string])[] = [],
    geography: Geography = NO_GEOGRAPHY,
  ) {
    const onFault = (component: string, error: unknown) => this.#faults.push(`${component}: ${String(error)}`);
    this.#parts = buildPipeline(config, onFault, { ...NO_INTEL, geography });
    this.#parts.policy.setAllowlist([...loopback().map((network) => [network, 'loopback'] as const), ...allowlist]);
  }

  /** Components that threw. */
  get faults(): readonly string[] {
    return this.#faults;
  }

  get customers(): Customers {
    return this.#book.customers();
  }

  beginFile(): void {
    this.#files++;
  }

  take(batch: Pick<Batch, 'signals' | 'lines' | 'unrecognised'>): void {
    this.#lines += batch.lines;
    this.#unrecognised += batch.unrecognised;
    this.#signals += batch.signals.length;
    for (const signal of batch.signals) this.#book.note(signal);
    this.#decide(batch.signals);
  }

  /** @param seconds how long it took */
  report(seconds: number): ReplayReport {
    return {
      input: {
        files: this.#files,
        lines: this.#lines,
        signals: this.#signals,
        unrecognised: this.#unrecognised,
        seconds,
      },
      findings: this.#outcomes.map(({ finding }) => {
        const campaign = this.#campaignOf(finding);
        return {
          type: finding.type,
          severity: finding.severity,
          subject: subjectJson(finding.subject),
          at: iso(finding.at),
          count: finding.count,
          reason: finding.reason,
          ...(campaign === undefined ? {} : { campaign }),
        };
      }),
      decisions: this.#outcomes.map(({ finding, decision }) => ({
        action: decision.action,
        ip: decision.target === undefined ? '' : networkOf(decision.target).text,
        ...(decision.target instanceof Flow ? { port: decision.target.port, protocol: decision.target.protocol } : {}),
        ...(finding.subject.kind === 'aor' ? { aor: finding.subject.aor } : {}),
        ...(finding.subject.kind === 'campaign' ? { campaign: finding.subject.campaign } : {}),
        at: iso(decision.at),
        seconds: decision.seconds,
        reason: decision.reason,
        finding: finding.type,
      })),
      sources: this.#book.list(),
    };
  }

  #decide(signals: readonly Signal[]): void {
    for (const outcome of this.#parts.pipeline.process(signals)) {
      if (outcome.decision.repeated) continue;
      this.#book.judge(outcome);
      if (this.#outcomes.length >= MAX_OUTCOMES) continue;
      this.#outcomes.push(outcome);
      const { finding, membership } = outcome;
      if (membership === undefined) continue;
      for (const one of [...membership.earlier, finding.identity]) this.#campaigns.set(one, membership.campaign);
    }
  }

  #campaignOf(finding: Finding): string | undefined {
    return toldCampaign(finding) ?? this.#campaigns.get(finding.identity);
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
