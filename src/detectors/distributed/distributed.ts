import type { TableSnapshot } from '../../lib/bounded-table.ts';
import { formatDuration } from '../../lib/duration.ts';
import { Network } from '../../lib/network.ts';
import { aorOf } from '../../pipeline/aor.ts';
import { isAttempt, isCredentialFailure } from '../../pipeline/failure.ts';
import type { Finding, Subject } from '../../pipeline/finding.ts';
import { subjectText } from '../../pipeline/finding.ts';
import type { Geography, NetworkNumber } from '../../pipeline/intel.ts';
import type { Proven, Signal } from '../../pipeline/signal.ts';
import type { Detector, DetectorState } from '../detector.ts';
import { type AccountSnapshot, AccountWatch } from './account-watch.ts';
import type { DistributedConfig } from './config.ts';
import { type GroupOf, NETWORK_LENGTHS, NetworkWatch, networkGroup } from './network-watch.ts';

interface Snapshot {
  readonly accounts: AccountSnapshot;
  readonly networks: TableSnapshot;
  readonly sighted: readonly string[];
  readonly systems: TableSnapshot;
}

/** There are about 80,000 autonomous systems, and no attacker can make one up. */
const MAX_SYSTEMS = 16_384;
/** Told again after this, where an attack goes on. */
const NETWORK_AGAIN_MS = 600_000;
const SYSTEM_AGAIN_MS = 6 * 3_600_000;

/**
 * Finds attacks whose sources each do too little to be conspicuous: many sources that fail at one account, and many
 * sources of one network or one autonomous system that fail. The account's own devices are spared, and so is a network
 * with customers.
 */
export class Distributed implements Detector {
  readonly name = 'distributed';
  readonly #accounts: AccountWatch;
  readonly #networks: NetworkWatch;
  /** Sensors that have shown a registration. Their names are the configuration's, so there are few. */
  readonly #sighted = new Set<string>();
  readonly #systems: NetworkWatch;
  readonly #geography: Geography;
  readonly #participants: boolean;
  readonly #window: string;

  constructor(config: DistributedConfig, geography: Geography) {
    this.#geography = geography;
    this.#participants = config.participants;
    this.#window = formatDuration(config.window);
    this.#accounts = new AccountWatch({
      sources: config.sources,
      windowMs: config.window,
      spareMs: config['spare-for'],
      maxAccounts: config['max-accounts'],
      maxDevices: config['max-devices'],
    });
    this.#networks = new NetworkWatch({
      groupOf: networkGroup,
      sources: config['network-sources'],
      maxSuccessRate: config['max-network-success-rate'],
      windowMs: config.window,
      maxNetworks: config['max-networks'],
      againMs: NETWORK_AGAIN_MS,
    });
    this.#systems = new NetworkWatch({
      groupOf: (address) => systemGroup(geography.networkNumber(address)),
      sources: config['as-sources'],
      maxSuccessRate: config['max-as-success-rate'],
      windowMs: config.window,
      maxNetworks: MAX_SYSTEMS,
      againMs: SYSTEM_AGAIN_MS,
    });
  }

  observe(signal: Signal): Finding | undefined {
    if (signal.kind === 'register.ok') {
      this.#accounts.succeeded(signal);
      this.#networks.succeeded(signal);
      this.#systems.succeeded(signal);
      this.#sighted.add(signal.sensor);
      return undefined;
    }
    if (!isAttempt(signal)) return undefined;
    return this.#atAccount(signal) ?? this.#fromNetwork(signal) ?? this.#fromSystem(signal);
  }

  expire(now: number): void {
    this.#accounts.expire(now);
    this.#networks.expire(now);
    this.#systems.expire(now);
  }

  state(): DetectorState {
    return {
      tracked: this.#accounts.size + this.#networks.size + this.#systems.size,
      evicted: this.#accounts.evicted + this.#networks.evicted + this.#systems.evicted,
    };
  }

  snapshot(): Snapshot {
    return {
      accounts: this.#accounts.snapshot(),
      networks: this.#networks.snapshot(),
      systems: this.#systems.snapshot(),
      sighted: [...this.#sighted],
    };
  }

  restore(snapshot: unknown): boolean {
    const { accounts, networks, systems, sighted } = snapshot as Snapshot;
    for (const sensor of sighted) this.#sighted.add(sensor);
    return this.#accounts.restore(accounts) && this.#networks.restore(networks) && this.#systems.restore(systems);
  }

  #atAccount(signal: Signal): Finding | undefined {
    if (signal.user === '' || !isCredentialFailure(signal)) return undefined;
    const news = this.#accounts.failed(signal);
    if (news === undefined) return undefined;
    const aor = aorOf(signal);
    if (news.kind === 'attacked') {
      const proven = provenBy(news.trusted, signal.proven);
      const reason = `${countText(news.count)} sources failed at one account within ${this.#window}`;
      return this.#find(signal, { kind: 'aor', aor }, news.count, proven, reason, { sources: news.sources });
    }
    if (!this.#participants) return undefined;
    const reason = `failed at an account that ${countText(news.count)} sources attacked within ${this.#window}`;
    return this.#find(signal, { kind: 'ip', address: signal.address }, 1, signal.proven, reason, { accounts: [aor] });
  }

  #fromNetwork(signal: Signal): Finding | undefined {
    const news = this.#networks.failed(signal, this.#isBlind(signal));
    if (news === undefined) return undefined;
    const network = Network.of(signal.address, NETWORK_LENGTHS[signal.address.family]);
    const reason = `${countText(news.count)} sources of one network failed within ${this.#window}`;
    const proven = provenBy(news.trusted, signal.proven);
    const found = this.#find(signal, { kind: 'network', network }, news.count, proven, reason, {
      sources: news.sources,
    });
    return { ...found, evidence: { ...found.evidence, showsCustomers: news.showsCustomers } };
  }

  /** A whole provider, so it is told of and nothing more: who gets in there, and who could, is not known to us. */
  #fromSystem(signal: Signal): Finding | undefined {
    const news = this.#systems.failed(signal, this.#isBlind(signal));
    const owner = news === undefined ? undefined : this.#geography.networkNumber(signal.address);
    if (news === undefined || owner === undefined) return undefined;
    const got = news.showsCustomers ? `${news.succeeded || 'none'} got in` : 'who gets in is not shown';
    const name = owner.name === '' ? '' : ` (${owner.name})`;
    const reason = `${countText(news.count)} sources of AS${owner.asn}${name} failed within ${this.#window}, ${got}`;
    const proven = provenBy(news.trusted, signal.proven);
    const subject: Subject = { kind: 'campaign', campaign: `AS${owner.asn}` };
    const found = this.#find(signal, subject, news.count, proven, reason, { sources: news.sources });
    return { ...found, severity: 'warning' };
  }

  /** Whether the sensor of the signal does not show who gets in. */
  #isBlind({ proven, sensor }: Signal): boolean {
    return proven === 'unknown' && !this.#sighted.has(sensor);
  }

  #find(
    { at }: Signal,
    subject: Subject,
    count: number,
    proven: Proven,
    reason: string,
    samples: Finding['evidence']['samples'],
  ): Finding {
    return {
      type: 'distributed_attack',
      detector: this.name,
      severity: 'error',
      subject,
      at,
      count,
      reason,
      evidence: { firstAt: at, lastAt: at, proven, samples },
      identity: `${this.name}:${subjectText(subject)}:${at}`,
    };
  }
}

function systemGroup(owner: NetworkNumber | undefined): ReturnType<GroupOf> {
  return owner === undefined ? undefined : { high: 0, low: owner.asn };
}

/** Without enough sources that are not forged, all may be. */
function provenBy(trusted: boolean, last: Proven): Proven {
  return trusted ? last : 'no';
}

/** As many are remembered as fit; there may be more. */
function countText(count: number): string {
  return count >= 32 ? '32 or more' : String(count);
}
