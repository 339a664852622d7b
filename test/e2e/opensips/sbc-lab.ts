/** The whole edge for a story: OpenSIPS as rendered, Asterisk behind it, phones and attackers before it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { opensipsEvents } from '../../../src/formats/opensips-events/parser.ts';
import type { opensipsConfig } from '../../../src/opensips/config.ts';
import type { Signal, SignalKind } from '../../../src/pipeline/signal.ts';
import { type Account, findAsterisk, NO_ASTERISK, type RunningAsterisk, withAsterisk } from '../../support/asterisk.ts';
import { eventually } from '../../support/daemon.ts';
import {
  findOpensips,
  NO_OPENSIPS,
  type OpensipsProgram,
  type RunningOpensips,
  withOpensips,
} from '../../support/opensips.ts';
import { Phone, type PhoneOptions } from './phone.ts';

export const ACCOUNTS: readonly Account[] = [
  { user: '1001', password: 'correct-horse' },
  { user: '1002', password: 'battery-staple' },
  { user: '1003', password: 'tr0ub4dor', authUser: 'desk-3' },
];

export interface SbcLab {
  readonly opensips: RunningOpensips;
  readonly asterisk: RunningAsterisk;
  /** An address of this test's own: `127.x.y.LAST`. */
  address(last: number): string;
  /** A phone of 1001, 1002 or 1003, with the right password unless told otherwise. Closed at the end. */
  phone(last: number, user: string, options?: Partial<PhoneOptions>): Promise<Phone>;
  /** All signals so far; fails on a line that is none. */
  signals(): readonly Signal[];
  /** Waits for signals of a kind (and of a source), fails if there are fewer. */
  awaitSignals(kind: SignalKind, count: number, from?: string): Promise<readonly Signal[]>;
  /** What the location table holds of an account. */
  location(user: string): Promise<readonly { readonly Contact: string; readonly Received?: string | undefined }[]>;
}

const contact = z.object({ Contact: z.string(), Received: z.string().optional() });
const locationDump = z.object({
  Domains: z.array(z.object({ AORs: z.array(z.object({ AOR: z.string(), Contacts: z.array(contact) })) })),
});

export const programs = findOpensips();
const asterisk = findAsterisk();

/** Why stories with a back end cannot be told here. */
export const missing = programs.length === 0 ? NO_OPENSIPS : asterisk === undefined ? NO_ASTERISK : undefined;

/**
 * A line of its own for what is absent. Not a failure in CI either: Debian has neither OpenSIPS 3.6 nor (in its stable
 * release) Asterisk 22; where they are on the PATH, nothing is skipped.
 */
export function announce(name: string, reason: string | undefined): void {
  if (reason === undefined) return;
  process.stdout.write(`# ${name}: skipped, ${reason}\n`);
}

export interface LabSettings {
  readonly opensips?: (net: string) => Partial<z.input<typeof opensipsConfig>>;
}

export async function withSbc(
  program: OpensipsProgram,
  settings: LabSettings,
  use: (lab: SbcLab) => Promise<void>,
): Promise<void> {
  assert.ok(asterisk !== undefined);
  await withOpensips(program, settings.opensips ?? (() => ({})), async (opensips) => {
    const pjsip = readFileSync(`${opensips.config.dir}/asterisk/${opensips.net}.2/pjsip.conf`, 'utf8');
    await withAsterisk(asterisk, { pjsip, accounts: ACCOUNTS }, async (running) => {
      await using phones = new AsyncDisposableStack();
      await use(labOf(opensips, running, phones));
    });
  });
}

export function signalsOf(opensips: RunningOpensips): readonly Signal[] {
  return parseSignals(opensips.events());
}

/** All whole lines; fails on one that is no signal. */
export function parseSignals(text: string): readonly Signal[] {
  const parser = opensipsEvents.parser({ sensor: 'edge', now: () => 0 });
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const parsed = parser.parse(line);
      assert.ok(typeof parsed === 'object', `not a signal: ${line}`);
      return parsed;
    });
}

function labOf(opensips: RunningOpensips, asterisk: RunningAsterisk, phones: AsyncDisposableStack): SbcLab {
  const address = (last: number) => `${opensips.net}.${last}`;
  const lab: SbcLab = {
    opensips,
    asterisk,
    address,
    async phone(last, user, options = {}) {
      const { password = '', authUser = user } = ACCOUNTS.find((account) => account.user === user) ?? {};
      const proxy = { address: address(1), port: 5060 };
      return phones.use(await Phone.open({ from: address(last), proxy, user, authUser, password, ...options }));
    },
    signals: () => signalsOf(opensips),
    async awaitSignals(kind, count, from) {
      const found = () =>
        lab.signals().filter((signal) => signal.kind === kind && (from === undefined || signal.address.text === from));
      await eventually(() => {
        const all = lab.signals().map((signal) => `${signal.kind} ${signal.reason} ${signal.address.text}`);
        assert.ok(found().length >= count, `${count} × ${kind} expected; seen:\n${all.join('\n')}`);
      }, 8_000);
      return found();
    },
    location: async (user) => {
      const { Domains } = await opensips.mi.call('location-dump').then((dump) => locationDump.parse(dump));
      const contacts = Domains.flatMap(({ AORs }) => AORs.filter(({ AOR }) => AOR === `${user}@example.com`));
      return contacts.flatMap(({ Contacts }) => Contacts);
    },
  };
  return lab;
}
