import type { Address } from '../lib/address.ts';
import { formatDuration } from '../lib/duration.ts';
import { Network } from '../lib/network.ts';
import { type Target, targetWords } from '../lib/target.ts';
import { type Action, ALREADY_BLOCKED, type Decision, type ReasonCode } from '../pipeline/decision.ts';
import { type Finding, SEVERITIES, type Subject } from '../pipeline/finding.ts';
import type { Signal } from '../pipeline/signal.ts';
import { Accounts } from './accounts.ts';
import { Allowlist, type AllowlistEntry } from './allowlist.ts';
import { blastRadius, blastRadiusText } from './blast-radius.ts';
import type { Client } from './client.ts';
import { Clients } from './clients.ts';
import type { PolicyConfig } from './config.ts';
import { Forgeries } from './forgeries.ts';
import { asMisconfigured, failsWithOwnAccounts, isKnownGood } from './known-good.ts';
import { chooseFlow } from './narrow.ts';
import { NewAddresses } from './new-addresses.ts';
import { Offenders, type Sentence } from './offenders.ts';
import { PortWatch, WATCHED_MS } from './port-watch.ts';
import { Reminders } from './reminders.ts';
import { Told } from './told.ts';

type Verdict = Pick<Decision, 'action' | 'code' | 'reason' | 'seconds'> & {
  /** The finding in other words. */
  readonly finding?: Finding;
  /** What is blocked in place of the finding's subject. */
  readonly target?: Target;
};

export interface PolicyOptions {
  readonly config: PolicyConfig;
  /** Detectors whose findings are recorded only, by name. */
  readonly dryRunDetectors: readonly string[];
  /** Detectors that look at each source by itself, with the place of each in the order of all. */
  readonly perSource?: ReadonlyMap<string, number>;
  /** Whether some layer can keep a single flow out. Absent: yes. */
  readonly canBlockFlows?: () => boolean;
}

const FORGED = 'so many sources whose address may be forged come of one who forges them: none of them is blocked';

/**
 * Turns findings into decisions, each with a reason. The allowlist is asked first and always wins; then whether
 * customers would be hurt. Pure: it knows the blocks it decided and those it is told of, and time is the finding's.
 */
export class Policy {
  readonly #config: PolicyConfig;
  readonly #dryRun: ReadonlySet<string>;
  readonly #offenders: Offenders;
  /** Whom the detectors in dry run would have blocked: known to them alone, so that they hide nothing from the others. */
  readonly #rehearsed: Offenders;
  readonly #clients: Clients;
  readonly #accounts: Accounts;
  readonly #canBlockFlows: () => boolean;
  /** Part of the pipeline, as a detector is. */
  readonly portWatch: PortWatch;
  readonly #reminders = new Reminders();
  readonly #told = new Told();
  readonly #forgeries: Forgeries;
  /** By name, the bit of each detector that looks at sources by themselves. */
  readonly #perSource: ReadonlyMap<string, number>;
  readonly #newAddresses = new NewAddresses();
  readonly #isWelcome = (signal: Signal): boolean =>
    this.#offenders.isWelcome(signal) && this.#newAddresses.mayAdd(signal);
  #allowlist = new Allowlist([]);

  constructor({ config, dryRunDetectors, perSource = new Map(), canBlockFlows = () => true }: PolicyOptions) {
    this.#config = config;
    this.#dryRun = new Set(dryRunDetectors);
    this.#perSource = new Map([...perSource].map(([name, place]) => [name, 1 << place]));
    const limits = { maxOffenders: config['max-offenders'], forgiveAfterMs: config['forgive-after'] };
    this.#offenders = new Offenders(limits);
    this.#rehearsed = new Offenders(limits);
    this.#forgeries = new Forgeries(config['max-unproven']);
    const known = config['known-good'];
    const tracksFlows = known['on-attack'] === 'port';
    this.#clients = new Clients({ maxClients: known['max-addresses'], keepMs: known.for, tracksFlows });
    this.#canBlockFlows = canBlockFlows;
    this.portWatch = new PortWatch({
      clientOf: ({ address }) => this.#clients.get(address),
      isBlocked: (flow, at) => this.#offenders.isBlocked(flow, at),
    });
    this.#accounts = new Accounts({ config: config.accounts, isAllowlisted: (source) => this.exempts(source) });
    this.setAllowlist([]);
  }

  /** @param entries managed networks with where each comes from, in words; the configured ones are added */
  setAllowlist(entries: readonly AllowlistEntry[]): void {
    const configured = this.#config.allowlist.map((network): AllowlistEntry => [network, 'configuration']);
    this.#allowlist = new Allowlist([...configured, ...entries]);
  }

  /** The allowlist entry that holds `address`, with where it comes from. */
  allowlisted(address: Address): { readonly network: Network; readonly value: string } | undefined {
    return this.#allowlist.match(Network.single(address));
  }

  /** Whether the allowlist holds `target`, wholly or in part. */
  exempts(target: Network): boolean {
    return this.#allowlist.match(target) !== undefined;
  }

  /**
   * A block that was not decided here: by hand, or before the restart.
   * @param times how often decisions have blocked it; a block by hand does not count
   * @param trusted how often of these for what nobody can have forged
   */
  noteBlock(target: Target, until: number, times?: number, trusted = times): void {
    this.#offenders.noteBlock(target, until, times, trusted);
  }

  /** A block was lifted: the next finding decides anew, and the source is no further offender for it. */
  noteUnblock(target: Target, at: number): void {
    this.#offenders.noteUnblock(target, at);
    if (target instanceof Network) this.#told.forget(target);
  }

  /** An account that was not disabled here: by hand, or before the restart. @param aor in its one spelling */
  noteDisabled(aor: string, until: number): void {
    this.#accounts.noteDisabled(aor, until);
  }

  /** The next finding about the account decides anew. */
  noteEnabled(aor: string): void {
    this.#accounts.noteEnabled(aor);
  }

  /** Whether the account is never disabled. @param aor in its one spelling */
  exemptsAccount(aor: string): boolean {
    return this.#accounts.exempts(aor);
  }

  observe(signal: Signal): number {
    this.#clients.observe(signal, this.#isWelcome);
    return this.#told.tellers(signal.address, signal.at);
  }

  decide(finding: Finding): Decision {
    const target = targetOf(finding.subject);
    const { finding: stated = finding, ...judged } = this.#judge(finding, target);
    if (target !== undefined) this.#noteTold(finding, target, judged);
    const repeated = this.#reminders.isRepeated(stated, judged, this.#forgeries.isFlood(finding.at));
    if (judged.code === 'unproven' && judged.action !== 'hold' && !repeated) this.#forgeries.note(finding.at);
    const verdict = this.#dryRun.has(finding.detector) ? asDryRun(finding.detector, judged) : judged;
    return { target, at: finding.at, finding: stated, ...verdict, repeated };
  }

  /** As `decide` would, whatever was decided before. */
  spares(finding: Finding): boolean {
    const { subject, evidence } = finding;
    const target = targetOf(subject);
    if (target === undefined) return false;
    if (this.exempts(target) || evidence.showsCustomers === false) return true;
    const good = this.#clientsOf(subject, target).find((client) => isKnownGood(client));
    if (good === undefined) return false;
    return isUnproven(finding) || this.#asDevice(finding, good) !== undefined;
  }

  expire(now: number): void {
    this.#offenders.expire(now);
    this.#rehearsed.expire(now);
    this.#reminders.expire(now);
    this.#told.expire(now);
    this.#clients.expire(now);
    this.#accounts.expire(now);
    this.#newAddresses.expire(now);
  }

  state(): { readonly tracked: number; readonly evicted: number } {
    return {
      tracked: this.#offenders.size + this.#accounts.size,
      evicted: this.#offenders.evicted + this.#accounts.evicted + this.#told.evicted,
    };
  }

  /** Who is known good, as plain data. Offenders are not part of it: the store has the blocks. */
  snapshot(): unknown {
    return this.#clients.snapshot();
  }

  /** @param state what `snapshot` gave */
  restore(state: unknown): boolean {
    for (const client of this.#clients.restore(state)) this.portWatch.watch(client, client.watchedUntil);
    return true;
  }

  #judge(finding: Finding, target: Network | undefined): Verdict {
    if (target === undefined) return this.#judgeWithoutAddress(finding);
    const allowed = this.#allowlist.match(target);
    if (allowed !== undefined) {
      return verdict('ignore', 'allowlisted', `allowlisted: ${allowed.network.text} (${allowed.value})`);
    }
    const book = this.#bookOf(finding.detector);
    if (this.#offenders.isBlocked(target, finding.at) || book.isBlocked(target, finding.at)) {
      return verdict('ignore', 'already_blocked', ALREADY_BLOCKED);
    }
    if (!this.#isSevere(finding)) {
      return verdict('watch', 'below_severity', `findings of severity ${finding.severity} do not block`);
    }
    if (this.#offenders.isLifted(target, finding.at)) {
      return verdict('watch', 'lifted', 'a person lifted its block a moment ago');
    }
    if (finding.subject.kind === 'network' && isUnproven(finding)) {
      return verdict('watch', 'unproven', 'no network is blocked for packets whose source may be forged');
    }
    return this.#judgeAttack(finding, target, book);
  }

  #judgeAttack(finding: Finding, target: Network, book: Offenders): Verdict {
    const isForgeable = isUnproven(finding);
    if (isForgeable && book.isOnTrial(target, finding.at)) {
      return verdict('watch', 'unproven', 'its block for packets that may be forged has just ended');
    }
    const sentence = book.sentence(target, finding.at, blockTimes(finding, this.#config), isForgeable);
    const spared = this.#spare(finding, target, sentence) ?? withoutCustomers(finding, sentence);
    if (spared !== undefined) return spared;
    if (isForgeable && this.#forgeries.isFlood(finding.at)) return verdict('watch', 'unproven', FORGED);
    const isDevice = finding.evidence.isOneDevice === true;
    if (!isForgeable && isDevice && book.spendTrial(target, finding.at)) {
      return verdict('watch', 'lifted', 'its block has just ended, and it looks like one device set wrongly');
    }
    book.punish(target, finding.at, sentence, isForgeable, isDevice);
    return blocked(finding, sentence, briefFor(finding, sentence, this.#config));
  }

  /** Whoever tells of a blocked source what is enough to block it need not see more of it. */
  #noteTold(finding: Finding, target: Network, { action, code }: Verdict): void {
    const { subject, detector, at } = finding;
    const teller = this.#perSource.get(detector);
    if (teller === undefined || subject.kind !== 'ip' || !this.#isSevere(finding)) return;
    if (action !== 'block' && code !== 'already_blocked') return;
    const until = Math.max(this.#offenders.blockedUntil(target), this.#bookOf(detector).blockedUntil(target));
    // Of an address with a port blocked more is to be heard: others are there.
    if (until > at) this.#told.note(subject.address, at, until, teller);
  }

  #isSevere({ severity }: Finding): boolean {
    return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(this.#config['block-from']);
  }

  #bookOf(detector: string): Offenders {
    return this.#dryRun.has(detector) ? this.#rehearsed : this.#offenders;
  }

  #judgeWithoutAddress(finding: Finding): Verdict {
    const { subject, detector } = finding;
    if (subject.kind === 'aor') return this.#accounts.judge(finding, subject.aor, this.#dryRun.has(detector));
    if (subject.kind === 'campaign') return verdict('watch', 'no_address', 'its sources are judged one by one');
    return verdict('watch', 'no_address', 'no single address to block');
  }

  /** The verdict if a block would hurt customers; undefined if it hurts none, or fewer than may be. */
  #spare(finding: Finding, target: Network, sentence: Sentence): Verdict | undefined {
    const clients = this.#clientsOf(finding.subject, target);
    if (clients.length === 0) return undefined;
    const radius = blastRadius(clients, finding.at);
    const cut = `${finding.reason}; a block of ${formatDuration(sentence.ms)} would cut ${blastRadiusText(radius)}, so a person decides`;
    const good = clients.find((client) => isKnownGood(client));
    const spared = good && this.#spareGood(finding, good, sentence, cut);
    if (spared !== undefined) return spared;
    const isWide = radius.registrations + radius.calls > this.#config['max-blast-radius'];
    return isWide ? hold('blast_radius', sentence, `held: ${cut}`) : undefined;
  }

  /** @param cut what a block of the address would cut, in words */
  #spareGood(finding: Finding, good: Client, sentence: Sentence, cut: string): Verdict | undefined {
    const device = this.#asDevice(finding, good);
    if (device !== undefined) return this.#tolerate(device, good);
    if (isUnproven(finding)) {
      return verdict('watch', 'known_good', 'the address is known good, and whoever sent this may have forged it');
    }
    const { 'on-attack': onAttack } = this.#config['known-good'];
    if (onAttack === 'block') return undefined;
    const narrow =
      onAttack === 'port' && finding.subject.kind === 'ip' ? this.#narrow(finding, good) : 'the address is known good';
    return typeof narrow === 'string' ? hold('known_good', sentence, `held, ${narrow}: ${cut}`) : narrow;
  }

  /** Who is served at the address, or in the network. */
  #clientsOf(subject: Subject, target: Network): readonly Client[] {
    return subject.kind === 'ip' ? listOf(this.#clients.get(subject.address)) : this.#clients.within(target);
  }

  /**
   * The finding as one about a device set wrongly; undefined if it does not look like one. Where a port was blocked lately
   * only devices with accounts that belong there are taken for such.
   */
  #asDevice(finding: Finding, good: Client): Finding | undefined {
    if (finding.subject.kind !== 'ip') return undefined;
    const most = finding.at < good.watchedUntil ? 0 : this.#config['known-good']['max-strangers'];
    return asMisconfigured(finding, good, most);
  }

  /** The verdict on the port that an attack from behind a known-good address comes from; or why it cannot be blocked. */
  #narrow(finding: Finding, client: Client): Verdict | string {
    if (!this.#canBlockFlows()) return 'the address is known good, and no enforcer in use can block a single port';
    const { at } = finding;
    const book = this.#bookOf(finding.detector);
    const choice = chooseFlow(finding, client, {
      maxPorts: this.#config['known-good']['max-ports'],
      isBlocked: (target, when) => this.#offenders.isBlocked(target, when) || book.isBlocked(target, when),
    });
    if (choice.kind === 'blocked') return verdict('ignore', 'already_blocked', ALREADY_BLOCKED);
    if (choice.kind === 'stopped') {
      return verdict(
        'watch',
        'known_good',
        'the address is known good, and who attacked from there was stopped at a port',
      );
    }
    if (choice.kind === 'none') return `the address is known good, and ${choice.why}`;
    const { flow } = choice.flow;
    const sentence = book.sentence(flow, at, this.#config['unproven-block-times'], false);
    book.punish(flow, at, sentence, false);
    if (book === this.#offenders) {
      client.failing?.clear();
      this.portWatch.watch(client, at + WATCHED_MS);
    }
    const reason = `${targetWords(flow)} ${blockReason(finding, sentence)}; the address is known good, so whoever else is there goes on`;
    return { ...blocked(finding, sentence), target: flow, reason };
  }

  /** A customer's device that fails with accounts of its own keeps the address known, however long it goes on. */
  #tolerate(device: Finding, client: Client): Verdict {
    if (!isUnproven(device) && failsWithOwnAccounts(client)) this.#clients.extend(client, device.at);
    const reason = 'the address is known good, a misconfigured device is not blocked';
    return { ...verdict('watch', 'known_good', reason), finding: device };
  }
}

/** @param brief why it is shorter than other blocks */
function blocked(finding: Finding, sentence: Sentence, brief?: string): Verdict {
  const code: ReasonCode = isUnproven(finding) ? 'unproven' : sentence.before > 0 ? 'repeat_offender' : 'threshold';
  return { action: 'block', code, seconds: secondsOf(sentence), reason: blockReason(finding, sentence, brief) };
}

/** Where the input shows failures only, nobody can say who else is in a network: a person decides about it. */
function withoutCustomers({ evidence, reason }: Finding, sentence: Sentence): Verdict | undefined {
  if (evidence.showsCustomers !== false) return undefined;
  return hold('customers_unknown', sentence, `held, the input does not show whether customers are there: ${reason}`);
}

/** Who may have been forged, and a device that was set wrongly, are blocked briefly at first; a device not for ever so. */
function blockTimes(finding: Finding, config: PolicyConfig): readonly number[] {
  const { 'block-times': times, 'unproven-block-times': brief } = config;
  if (isUnproven(finding)) return brief;
  return finding.evidence.isOneDevice === true ? [...brief.filter((ms) => ms < shortest(config)), ...times] : times;
}

function shortest({ 'block-times': times }: PolicyConfig): number {
  return Math.min(...times);
}

function asDryRun(detector: string, { action, code, seconds, reason }: Verdict): Verdict {
  if (action !== 'block' && action !== 'hold') return { action, code, seconds, reason };
  return { action: 'watch', code: 'detector_dry_run', seconds, reason: `dry run of ${detector}: would be ${reason}` };
}

function blockReason(finding: Finding, { ms, before }: Sentence, brief?: string): string {
  const parts = [`blocked for ${formatDuration(ms)}: ${finding.reason}`];
  if (before > 0) parts.push(`offence number ${before + 1}`);
  if (brief !== undefined) parts.push(`${brief}, hence briefly at first`);
  return parts.join('; ');
}

function briefFor(finding: Finding, { ms }: Sentence, config: PolicyConfig): string | undefined {
  if (isUnproven(finding)) return 'the address may be forged';
  return ms < shortest(config) ? 'it looks like one device set wrongly' : undefined;
}

function isUnproven(finding: Finding): boolean {
  return finding.evidence.proven === 'no';
}

/** What a block of the subject keeps out; undefined for accounts and campaigns. */
function targetOf(subject: Subject): Network | undefined {
  if (subject.kind === 'ip') return Network.counted(subject.address);
  return subject.kind === 'network' ? subject.network : undefined;
}

function listOf<T>(one: T | undefined): T[] {
  return one === undefined ? [] : [one];
}

function secondsOf({ ms }: Sentence): number {
  return Math.round(ms / 1000);
}

function hold(code: ReasonCode, sentence: Sentence, reason: string): Verdict {
  return { action: 'hold', code, seconds: secondsOf(sentence), reason };
}

function verdict(action: Action, code: ReasonCode, reason: string): Verdict {
  return { action, code, reason, seconds: 0 };
}
