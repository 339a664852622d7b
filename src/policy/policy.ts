import type { Address } from '../lib/address.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import { formatDuration } from '../lib/duration.ts';
import { Network } from '../lib/network.ts';
import { NetworkSet } from '../lib/network-set.ts';
import type { Action, Decision, ReasonCode } from '../pipeline/decision.ts';
import { type Finding, SEVERITIES, type Subject, subjectText } from '../pipeline/finding.ts';
import type { PolicyConfig } from './config.ts';

/** What is remembered of a source that was blocked, or would have been. */
interface Offender {
  /** When the block ends, ms since the epoch. */
  readonly until: number;
  /** How often it was blocked by decisions, forgiven ones not counted. */
  readonly times: number;
}

type Verdict = Pick<Decision, 'action' | 'code' | 'reason' | 'seconds'>;

/** The same verdict on the same subject is told once in this time. */
const TELL_EVERY_MS = 3_600_000;
const MAX_TOLD = 10_000;

export interface PolicyOptions {
  readonly config: PolicyConfig;
  /** Detectors whose findings are recorded only, by name. */
  readonly dryRunDetectors: readonly string[];
}

/**
 * Turns findings into decisions, each with a reason. The allowlist is asked first and always wins. Pure: it knows the
 * blocks it decided and those it is told of, and time is the finding's.
 */
export class Policy {
  readonly #config: PolicyConfig;
  readonly #dryRun: ReadonlySet<string>;
  /** By the text of the target. Of blocks and of dry-run blocks alike, so that the same finding is not made forever. */
  readonly #offenders: BoundedMap<string, Offender>;
  /** Blocked by hand. */
  readonly #blocks = new NetworkSet<number>();
  /** When a verdict that changes nothing was last told. */
  readonly #told: BoundedMap<string, number>;
  #allowlist = new NetworkSet<string>();

  constructor(options: PolicyOptions) {
    this.#config = options.config;
    this.#dryRun = new Set(options.dryRunDetectors);
    this.#offenders = new BoundedMap(options.config['max-offenders']);
    this.#told = new BoundedMap(MAX_TOLD);
    this.setAllowlist([]);
  }

  /** @param entries managed networks with where each comes from, in words; the configured ones are added */
  setAllowlist(entries: readonly (readonly [Network, string])[]): void {
    const set = new NetworkSet<string>();
    for (const network of this.#config.allowlist) set.set(network, 'configuration');
    for (const [network, origin] of entries) set.set(network, origin);
    this.#allowlist = set;
  }

  /** The allowlist entry that holds `address`, with where it comes from. */
  allowlisted(address: Address): { readonly network: Network; readonly value: string } | undefined {
    return this.#allowlist.match(address);
  }

  /**
   * A block that was not decided here: by hand, or before the restart.
   * @param times how often decisions have blocked it; a block by hand does not count
   */
  noteBlock(target: Network, until: number, times?: number): void {
    const known = this.#offenders.get(target.text)?.times ?? 0;
    if (target.text === countedTarget(target)) this.#offenders.set(target.text, { until, times: times ?? known });
    else this.#blocks.set(target, until);
  }

  /** A block was lifted: the next finding decides anew, and the source is no further offender for it. */
  noteUnblock(target: Network, at: number): void {
    this.#blocks.delete(target);
    const offender = this.#offenders.get(target.text);
    if (offender !== undefined) this.#offenders.set(target.text, { until: at, times: Math.max(0, offender.times - 1) });
  }

  decide(finding: Finding): Decision {
    const target = targetOf(finding.subject);
    const verdict = this.#judge(finding, target);
    return { target, at: finding.at, finding, ...verdict, repeated: this.#isRepeated(finding, verdict) };
  }

  expire(now: number): void {
    const forgiveMs = this.#config['forgive-after'];
    this.#offenders.expire((offender) => offender.until + forgiveMs < now);
    this.#told.expire((toldAt) => toldAt + TELL_EVERY_MS < now);
  }

  state(): { readonly tracked: number; readonly evicted: number } {
    return { tracked: this.#offenders.size, evicted: this.#offenders.evicted };
  }

  #judge(finding: Finding, target: Network | undefined): Verdict {
    if (target === undefined) return verdict('watch', 'no_address', 'no single address to block');
    const allowed = this.#allowedReason(finding.subject, target);
    if (allowed !== undefined) return verdict('ignore', 'allowlisted', allowed);
    const offender = this.#offenders.get(target.text);
    if (this.#isBlocked(target, offender, finding.at))
      return verdict('ignore', 'already_blocked', 'is blocked already');
    if (SEVERITIES.indexOf(finding.severity) < SEVERITIES.indexOf(this.#config['block-from'])) {
      return verdict('watch', 'below_severity', `findings of severity ${finding.severity} do not block`);
    }
    return this.#block(finding, target, offender);
  }

  /** Of an allowlisted trunk that fails all day one finding an hour is told, not thousands. */
  #isRepeated(finding: Finding, { action, code }: Verdict): boolean {
    if (action === 'block' || code === 'detector_dry_run') return false;
    if (code === 'already_blocked') return true;
    const key = `${code} ${finding.type} ${subjectText(finding.subject)}`;
    const toldAt = this.#told.get(key);
    if (toldAt !== undefined && finding.at - toldAt < TELL_EVERY_MS) return true;
    this.#told.set(key, finding.at);
    return false;
  }

  #allowedReason(subject: Subject, target: Network): string | undefined {
    const match = this.#allowlist.match(subject.kind === 'ip' ? subject.address : target.base);
    return match === undefined ? undefined : `allowlisted: ${match.network.text} (${match.value})`;
  }

  #isBlocked(target: Network, offender: Offender | undefined, at: number): boolean {
    if (offender !== undefined && offender.until > at) return true;
    const manual = this.#blocks.match(target.base);
    return manual !== undefined && manual.value > at;
  }

  #block(finding: Finding, target: Network, offender: Offender | undefined): Verdict {
    const forgiven = offender === undefined || finding.at - offender.until > this.#config['forgive-after'];
    const before = forgiven ? 0 : offender.times;
    const unproven = finding.evidence.proven === 'no';
    const times = this.#config[unproven ? 'unproven-block-times' : 'block-times'];
    const ms = times[Math.min(before, times.length - 1)] ?? 0;
    this.#offenders.set(target.text, { until: finding.at + ms, times: before + 1 });
    const code: ReasonCode = unproven ? 'unproven' : before > 0 ? 'repeat_offender' : 'threshold';
    const reason = blockReason(finding, ms, before, unproven);
    const seconds = Math.round(ms / 1000);
    if (!this.#dryRun.has(finding.detector)) return { action: 'block', code, seconds, reason };
    return {
      action: 'watch',
      code: 'detector_dry_run',
      seconds,
      reason: `dry run of ${finding.detector}: would be ${reason}`,
    };
  }
}

function blockReason(finding: Finding, ms: number, before: number, unproven: boolean): string {
  const parts = [`blocked for ${formatDuration(ms)}: ${finding.reason}`];
  if (before > 0) parts.push(`offence number ${before + 1}`);
  if (unproven) parts.push('the address may be forged, hence briefly at first');
  return parts.join('; ');
}

/** What a block of the subject keeps out; undefined for accounts and campaigns. */
function targetOf(subject: Subject): Network | undefined {
  if (subject.kind === 'ip') return Network.counted(subject.address);
  return subject.kind === 'network' ? subject.network : undefined;
}

function countedTarget(target: Network): string {
  return Network.counted(target.base).text;
}

function verdict(action: Action, code: ReasonCode, reason: string): Verdict {
  return { action, code, reason, seconds: 0 };
}
