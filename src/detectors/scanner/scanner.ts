import { BoundedMap } from '../../lib/bounded-map.ts';
import { BoundedTable } from '../../lib/bounded-table.ts';
import type { Finding } from '../../pipeline/finding.ts';
import { markScore, STRUCTURAL_MARKS } from '../../pipeline/scanner-marks.ts';
import { SCANNER_USER_AGENTS } from '../../pipeline/scanner-user-agents.ts';
import type { Signal } from '../../pipeline/signal.ts';
import { type Detector, type DetectorState, QUIET_MS } from '../detector.ts';
import type { ScannerConfig } from './config.ts';

const MAX_REMEMBERED_AGENTS = 4096;

/**
 * Recognises scanning tools by the user agent and by structural marks (tag, branch, Call-ID, From). One request is
 * enough; whether its address is proven is policy's concern.
 */
export class Scanner implements Detector {
  readonly name = 'scanner';
  readonly #patterns: readonly string[];
  readonly #allowed: readonly string[];
  readonly #score: number;
  /** Verdict by user agent: there are few, and matching them all against each signal would be the dearest step. */
  readonly #verdicts = new BoundedMap<string, boolean>(MAX_REMEMBERED_AGENTS);

  /** When each scanner was last found. */
  readonly #told: BoundedTable;

  constructor(config: ScannerConfig) {
    this.#told = new BoundedTable({ maxKeys: config['max-sources'], words: 1, horizonMs: QUIET_MS });
    this.#patterns = [...SCANNER_USER_AGENTS, ...config['user-agents'].map((agent) => agent.toLowerCase())];
    this.#allowed = config['allowed-user-agents'].map((agent) => agent.toLowerCase());
    this.#score = config.score;
  }

  observe(signal: Signal): Finding | undefined {
    // What was let in is nobody's scan: a phone may have an odd Call-ID.
    if (signal.kind === 'register.ok' || signal.kind === 'register.removed' || signal.kind === 'call.answered')
      return undefined;
    if (this.#wasTold(signal)) return undefined;
    const known = signal.reason === 'scanner_detected' || this.#isScannerAgent(signal.userAgent);
    const score = known ? 100 : markScore(signal);
    if (score < this.#score) return undefined;
    this.#tell(signal);
    return this.#find(signal, known, Math.min(100, score));
  }

  expire(now: number): void {
    this.#told.expire(now);
  }

  state(): DetectorState {
    return { tracked: this.#told.size, evicted: this.#told.evicted };
  }

  /** Asked before the marks: a scanner's next thousand requests say nothing new and shall cost little. */
  #wasTold({ address, at }: Signal): boolean {
    if (!this.#told.peek(address.high, address.low)) return false;
    const since = ((at | 0) - (this.#told.record[this.#told.base] ?? 0)) | 0;
    return since < QUIET_MS;
  }

  #tell({ address, at }: Signal): void {
    this.#told.touch(address.high, address.low, at, 0, true);
    this.#told.record[this.#told.base] = at;
  }

  #isScannerAgent(userAgent: string): boolean {
    if (userAgent === '') return false;
    const remembered = this.#verdicts.get(userAgent);
    if (remembered !== undefined) return remembered;
    const name = userAgent.toLowerCase();
    const verdict =
      this.#patterns.some((part) => name.includes(part)) && !this.#allowed.some((part) => name.includes(part));
    // A copy of its own: the text may be a slice that would keep the whole chunk it was read from.
    this.#verdicts.set(structuredClone(userAgent), verdict);
    return verdict;
  }

  #find(signal: Signal, byAgent: boolean, score: number): Finding {
    const marks = STRUCTURAL_MARKS.filter((mark) => mark.matches(signal)).map((mark) => mark.name);
    const signs = [...(byAgent ? ['its user agent'] : []), ...marks];
    return {
      type: 'scanner_detected',
      detector: this.name,
      severity: 'error',
      subject: { kind: 'ip', address: signal.address },
      at: signal.at,
      count: signal.count,
      reason: `a scanning tool, known by ${signs.join(', ')} (${score} % sure)`,
      evidence: {
        firstAt: signal.at,
        lastAt: signal.at,
        proven: signal.proven,
        samples: { marks: signs, ...(signal.userAgent === '' ? {} : { 'user-agents': [signal.userAgent] }) },
      },
      identity: `${this.name}:${signal.address.countedText}:${signal.at}`,
    };
  }
}
