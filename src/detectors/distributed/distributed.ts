import type { TableSnapshot } from '../../lib/bounded-table.ts';
import { formatDuration } from '../../lib/duration.ts';
import { Network } from '../../lib/network.ts';
import { isAttempt, isCredentialFailure } from '../../pipeline/failure.ts';
import type { Finding, Subject } from '../../pipeline/finding.ts';
import { subjectText } from '../../pipeline/finding.ts';
import type { Proven, Signal } from '../../pipeline/signal.ts';
import type { Detector, DetectorState } from '../detector.ts';
import { type AccountSnapshot, AccountWatch } from './account-watch.ts';
import type { DistributedConfig } from './config.ts';
import { NETWORK_LENGTHS, NetworkWatch, networkGroup } from './network-watch.ts';

interface Snapshot {
  readonly accounts: AccountSnapshot;
  readonly networks: TableSnapshot;
  readonly sighted: readonly string[];
}

/**
 * Finds attacks whose sources each do too little to be conspicuous: many sources that fail at one account, and many
 * sources of one network that fail. The account's own devices are spared, and so is a network with customers.
 */
export class Distributed implements Detector {
  readonly name = 'distributed';
  readonly #accounts: AccountWatch;
  readonly #networks: NetworkWatch;
  /** Sensors that have shown a registration. Their names are the configuration's, so there are few. */
  readonly #sighted = new Set<string>();
  readonly #participants: boolean;
  readonly #window: string;

  constructor(config: DistributedConfig) {
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
    });
  }

  observe(signal: Signal): Finding | undefined {
    if (signal.kind === 'register.ok') {
      this.#accounts.succeeded(signal);
      this.#networks.succeeded(signal);
      this.#sighted.add(signal.sensor);
      return undefined;
    }
    if (!isAttempt(signal)) return undefined;
    return this.#atAccount(signal) ?? this.#fromNetwork(signal);
  }

  expire(now: number): void {
    this.#accounts.expire(now);
    this.#networks.expire(now);
  }

  state(): DetectorState {
    return {
      tracked: this.#accounts.size + this.#networks.size,
      evicted: this.#accounts.evicted + this.#networks.evicted,
    };
  }

  snapshot(): Snapshot {
    return {
      accounts: this.#accounts.snapshot(),
      networks: this.#networks.snapshot(),
      sighted: [...this.#sighted],
    };
  }

  restore(snapshot: unknown): boolean {
    const { accounts, networks, sighted } = snapshot as Snapshot;
    for (const sensor of sighted) this.#sighted.add(sensor);
    return this.#accounts.restore(accounts) && this.#networks.restore(networks);
  }

  #atAccount(signal: Signal): Finding | undefined {
    if (signal.user === '' || !isCredentialFailure(signal)) return undefined;
    const news = this.#accounts.failed(signal);
    if (news === undefined) return undefined;
    const aor = `${signal.user}@${signal.domain}`;
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
    const isBlind = signal.proven === 'unknown' && !this.#sighted.has(signal.sensor);
    const news = this.#networks.failed(signal, isBlind);
    if (news === undefined) return undefined;
    const network = Network.of(signal.address, NETWORK_LENGTHS[signal.address.family]);
    const reason = `${countText(news.count)} sources of one network failed within ${this.#window}`;
    const proven = provenBy(news.trusted, signal.proven);
    const found = this.#find(signal, { kind: 'network', network }, news.count, proven, reason, {
      sources: news.sources,
    });
    return { ...found, evidence: { ...found.evidence, showsCustomers: news.showsCustomers } };
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

/** Without enough sources that are not forged, all may be. */
function provenBy(trusted: boolean, last: Proven): Proven {
  return trusted ? last : 'no';
}

/** As many are remembered as fit; there may be more. */
function countText(count: number): string {
  return count >= 32 ? '32 or more' : String(count);
}
