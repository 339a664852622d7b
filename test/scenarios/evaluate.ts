import { parseConfig } from '../../src/config/parse.ts';
import { buildPipeline } from '../../src/daemon/pipeline-parts.ts';
import { Address } from '../../src/lib/address.ts';
import { Flow } from '../../src/lib/flow.ts';
import { Network } from '../../src/lib/network.ts';
import type { EventType, Finding } from '../../src/pipeline/finding.ts';
import { flowOf } from '../../src/pipeline/flow-of.ts';
import { NO_INTEL } from '../../src/pipeline/intel.ts';
import type { Outcome } from '../../src/pipeline/pipeline.ts';
import type { Signal } from '../../src/pipeline/signal.ts';
import { Random } from '../support/random.ts';
import { type Counted, classicBans } from './classic-rule.ts';
import type { Play, Scenario } from './scenario.ts';
import { WORLD } from './world.ts';

/** How well somebody did in a scenario. */
export interface Score {
  /** Attackers blocked, held, or named by a finding of the right type. */
  readonly found: number;
  /** Attackers blocked. */
  readonly blocked: number;
  /** Blocked though they must not be, by name. */
  readonly harmed: readonly string[];
  /** From the first hostile request to the first finding about an attacker: ms, and hostile requests by then. */
  readonly firstMs: number | undefined;
  readonly firstRequests: number | undefined;
}

export interface Result {
  readonly scenario: Scenario;
  readonly attackers: number;
  readonly signals: number;
  readonly sipward: Score & {
    readonly types: readonly EventType[];
    readonly outcomes: readonly Outcome[];
    /** Requests of each flow that is to be stopped until it was; undefined: it never was. */
    readonly stopped: readonly (number | undefined)[];
  };
  readonly classic: Readonly<Record<Counted, Score>>;
}

const SEED = 20_260_112;

/** The real detectors and policy, with every default, on what the scenario sends. */
export function evaluate(scenario: Scenario): Result {
  const play = scenario.play(new Random(SEED));
  const outcomes = decide(play.signals, scenario.config);
  return {
    scenario,
    attackers: play.attackers.length,
    signals: play.signals.length,
    sipward: {
      ...scoreOutcomes(scenario, play, outcomes),
      types: [...new Set(outcomes.map(({ finding }) => finding.type))],
      outcomes,
      stopped: (play.stopped ?? []).map((flow) => requestsUntilBlocked(flow, play, outcomes)),
    },
    classic: { '403': scoreClassic(play, '403'), '401 too': scoreClassic(play, '401 too') },
  };
}

/** What is worth telling of what the detectors and policy make of these signals. */
export function decide(signals: readonly Signal[], config = ''): Outcome[] {
  const onFault = (component: string, error: unknown) => {
    throw new Error(`${component} failed`, { cause: error });
  };
  const { pipeline } = buildPipeline(parseConfig(config, 'scenario'), onFault, { ...NO_INTEL, geography: WORLD });
  return pipeline.process(signals).filter(({ decision }) => !decision.repeated);
}

function scoreOutcomes(scenario: Scenario, play: Play, outcomes: readonly Outcome[]): Score {
  const attackers = byCountedText(play.attackers);
  const found = new Map<string, number>();
  for (const { finding, decision } of outcomes) {
    const isActedOn = decision.action === 'block' || decision.action === 'hold';
    if (!isActedOn && !scenario.types.includes(finding.type)) continue;
    for (const source of namedBy(finding, attackers)) if (!found.has(source)) found.set(source, finding.at);
  }
  const blocks = outcomes.flatMap(({ decision }) =>
    decision.action === 'block' && decision.target !== undefined ? [decision.target] : [],
  );
  const isBlocked = (text: string) =>
    blocks.some((target) => target.text === text || (target instanceof Network && target.contains(addressOf(text))));
  return {
    found: found.size,
    blocked: play.attackers.filter(isBlocked).length,
    harmed: play.unharmed.filter(isBlocked),
    ...firstFound(play, attackers, found),
  };
}

function requestsUntilBlocked(flow: string, play: Play, outcomes: readonly Outcome[]): number | undefined {
  const block = outcomes.find(({ decision }) => decision.action === 'block' && decision.target?.text === flow);
  if (block === undefined) return undefined;
  return play.signals.filter((signal) => flowOf(signal)?.text === flow && signal.at <= block.decision.at).length;
}

/** Which of the attackers a finding names: its subject, or one of the sources in its evidence. */
function namedBy(finding: Finding, attackers: ReadonlyMap<string, string>): string[] {
  const { subject } = finding;
  if (subject.kind === 'ip') return attackers.has(subject.address.countedText) ? [subject.address.countedText] : [];
  if (subject.kind === 'network')
    return [...attackers].filter(([, ip]) => subject.network.contains(addressOf(ip))).map(([key]) => key);
  return (finding.evidence.samples.sources ?? []).filter((source) => attackers.has(source));
}

function firstFound(play: Play, attackers: ReadonlyMap<string, string>, found: ReadonlyMap<string, number>) {
  if (found.size === 0) return { firstMs: undefined, firstRequests: undefined };
  const at = [...found.values()].reduce((a, b) => Math.min(a, b));
  const from = play.attackFrom ?? 0;
  const hostile = play.signals.filter((signal) => signal.at >= from && attackers.has(signal.address.countedText));
  return {
    firstMs: at - (hostile[0]?.at ?? at),
    firstRequests: hostile.filter((signal) => signal.at <= at).length,
  };
}

function scoreClassic(play: Play, counted: Counted): Score {
  const bans = classicBans(play.signals, counted);
  const attackers = byCountedText(play.attackers);
  const found = new Map([...bans].filter(([source]) => attackers.has(source)));
  return {
    found: found.size,
    blocked: found.size,
    // It knows addresses only: an office is hurt once, however many phones it has.
    harmed: [...new Set(play.unharmed.map(countedText))].filter((source) => bans.has(source)),
    ...firstFound(play, attackers, found),
  };
}

/** Addresses by what is counted of them. */
function byCountedText(ips: readonly string[]): ReadonlyMap<string, string> {
  return new Map(ips.map((ip) => [countedText(ip), ip]));
}

function countedText(ip: string): string {
  return addressOf(ip).countedText;
}

const addresses = new Map<string, Address>();
/** @param ip an address, or a flow of it */
function addressOf(ip: string): Address {
  const known = addresses.get(ip);
  if (known !== undefined) return known;
  const address = Address.parse(ip) ?? Flow.parse(ip)?.address;
  if (address === undefined) throw new TypeError(`${ip} is no address`);
  addresses.set(ip, address);
  return address;
}
