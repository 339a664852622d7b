import type { z } from 'zod';
import type { Address } from '../lib/address.ts';
import type { Clock } from '../lib/clock.ts';
import type { Flow } from '../lib/flow.ts';
import type { Network } from '../lib/network.ts';
import type { Target } from '../lib/target.ts';

/** What an enforcer keeps out, and until when. */
export interface Enforced {
  readonly target: Target;
  /** Milliseconds since the epoch; undefined: until removed. */
  readonly expiresAt: number | undefined;
}

/** Whether a block has not ended yet. */
export function isInForce({ expiresAt }: Pick<Enforced, 'expiresAt'>, now: number): boolean {
  return expiresAt === undefined || expiresAt > now;
}

/** Of two blocks of one target (or account), the one that ends later. */
export function longer<T extends Pick<Enforced, 'expiresAt'>>(one: T, other: T): T {
  return (one.expiresAt ?? Infinity) >= (other.expiresAt ?? Infinity) ? one : other;
}

/** An account that an enforcer keeps from calling, and until when. */
export interface EnforcedAccount {
  /** In its one spelling: `canonicalAor`. */
  readonly aor: string;
  /** Milliseconds since the epoch; undefined: until removed. */
  readonly expiresAt: number | undefined;
}

export interface EnforcerCapabilities {
  /** Entries end by themselves at `expiresAt`, also when this process is dead. */
  readonly expires: boolean;
  /** Networks can be kept out, not only single addresses and /64s. */
  readonly networks: boolean;
  /** Single flows can be kept out. If not, the layer is never given one. */
  readonly flows: boolean;
  /** Packets are really dropped: false for `dry-run`. */
  readonly enforces: boolean;
}

/** The layer cannot be used here at all (no program, no permission); the message says what is missing and how to get it. */
export class EnforcerUnavailable extends Error {
  override readonly name = 'EnforcerUnavailable';
}

/** What `reconcile` found and mended. */
export interface Repair {
  readonly added: number;
  readonly removed: number;
}

/**
 * Something that keeps addresses out. Every call is idempotent; a failure throws and changes nothing of what the
 * caller believes, so that it can be called again.
 */
export interface Enforcer {
  readonly name: string;
  /** Absent: this layer knows addresses only. */
  readonly accounts?: AccountEnforcer;
  readonly capabilities: EnforcerCapabilities;
  /**
   * Called once before anything else: puts exactly this in place, atomically where the layer can, without a gap for
   * what was in place before. Throws `EnforcerUnavailable` if the layer cannot be used here.
   */
  start(blocks: readonly Enforced[], allowlist: readonly Network[]): Promise<void>;
  /** Keeps out. A longer time extends, a shorter one does not shorten. Resolves when in force. */
  add(blocks: readonly Enforced[]): Promise<void>;
  /** Lifts. Unknown targets are no error. Resolves when lifted. */
  remove(targets: readonly Target[]): Promise<void>;
  /** The allowlist changed. */
  allow(allowlist: readonly Network[]): Promise<void>;
  /** Whether this very address, or flow, is kept out now, asked of the layer itself (for `why`). */
  check(subject: Address | Flow): Promise<boolean>;
  /** Everything the layer itself holds now. May be slow. */
  list(): Promise<readonly Enforced[]>;
  /**
   * Compares the layer with what it should hold and mends it. Called every few seconds; cheap when all is well.
   * What is added or removed while it runs wins over `blocks`, which are as of the call.
   */
  reconcile(blocks: readonly Enforced[], allowlist: readonly Network[]): Promise<Repair>;
  /** Packets dropped so far as of the last `reconcile`, undefined if the layer cannot tell. */
  dropped(): number | undefined;
  /** Ends this process' part; what is in force stays in force. */
  close(): Promise<void>;
}

/**
 * The part of an enforcer that keeps accounts from calling. Called after the enforcer's own `start`, and never after its
 * `close`; idempotent, and failing, as an enforcer is.
 */
export interface AccountEnforcer {
  /** Called once before anything else: exactly these are disabled from now on. */
  start(accounts: readonly EnforcedAccount[]): Promise<void>;
  /** A longer time extends, a shorter one does not shorten. Resolves when in force; calls of theirs are ended then. */
  disable(accounts: readonly EnforcedAccount[]): Promise<void>;
  /** Unknown accounts are no error. Resolves when they can call again. */
  enable(aors: readonly string[]): Promise<void>;
  /** Whether this account is kept from calling now, asked of the layer itself (for `why`). */
  check(aor: string): Promise<boolean>;
  /** Everything the layer itself holds now. */
  list(): Promise<readonly EnforcedAccount[]>;
  /** Compares the layer with what it should hold and mends it. */
  reconcile(accounts: readonly EnforcedAccount[]): Promise<Repair>;
}

/** What an enforcer is given besides its configuration. */
export interface EnforcerContext {
  /** A directory of its own may be made below; it exists and is writable. */
  readonly stateDir: string;
  readonly clock: Clock;
  /** Something went wrong that no caller waits for, or was got over on the way: told to the operator. */
  readonly onFault: (error: Error) => void;
}

/** One kind of enforcer: its schema, and how it is made of a parsed configuration. */
export interface EnforcerKind<C = unknown> {
  /** The key in the configuration. */
  readonly name: string;
  readonly description: string;
  readonly schema: z.ZodType<C>;
  create(config: C, context: EnforcerContext): Enforcer;
}

/** Erases the configuration's type once, so that kinds stand in one list. */
export function defineEnforcer<C>(kind: EnforcerKind<C>): EnforcerKind {
  return { ...kind, create: (config, context) => kind.create(config as C, context) };
}
