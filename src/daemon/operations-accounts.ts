import type { StoredDisabled } from '../store/store.ts';
import { OperationError } from './operation-error.ts';
import type { Handlers, OperationResult, ParsedInput } from './operations.ts';
import { accountEvent, type OperationsContext, reachNotes, WITHOUT_DAEMON } from './operations-context.ts';

export function accountHandlers(context: OperationsContext): Pick<Handlers, 'disable' | 'enable' | 'disabled'> {
  return {
    disable: (input) => disable(context, input),
    enable: (input) => enable(context, input),
    disabled: async ({ after, limit }) => {
      const accounts = await context.store.disabledAccounts(context.clock(), after, limit);
      return { accounts, more: accounts.length === limit };
    },
  };
}

export const NO_LAYER = "No enforcer in use knows accounts, so they can still call: that takes 'enforcers.opensips'.";

async function disable(context: OperationsContext, input: ParsedInput<'disable'>): Promise<OperationResult<'disable'>> {
  const { store, engine, daemon, clock } = context;
  const { account: aor, reason, by } = input;
  if (context.exemptsAccount(aor)) {
    const message = `${aor} is never disabled: policy.accounts.allowlist in the configuration holds it`;
    throw new OperationError('refused', [{ field: 'account', message }]);
  }
  const disabledAt = clock();
  const expiresAt = input.for === null ? null : disabledAt + input.for;
  const present = await store.disabledAccount(aor, disabledAt);
  if (present !== null && lastsAsLong(present, expiresAt)) {
    const notes = ['It is disabled for at least as long already; to shorten that, enable it first.'];
    return {
      daemon,
      aor,
      disabledAt: present.disabledAt,
      expiresAt: present.expiresAt,
      changed: false,
      layers: [],
      notes,
    };
  }
  // Enforced first, written second, as a block is.
  const account = { aor, reason, disabledAt, automatic: false };
  const layers = await engine.disableAccounts([{ ...account, expiresAt: expiresAt ?? undefined }]);
  const notes: string[] = [];
  try {
    await store.disableAccounts([{ ...account, expiresAt, by }]);
    await store.addEvents([accountEvent('account_disabled', aor, disabledAt, `Disabled by ${by}: ${reason}`, by)]);
  } catch (error) {
    if (!daemon) throw error;
    // It works, and that is what was asked for: only a restart would forget it.
    const message = error instanceof Error ? error.message : String(error);
    notes.push(`In force, but not recorded, so a restart of sipward forgets it: ${message}`);
  }
  if (daemon && layers.length === 0) notes.push(NO_LAYER);
  notes.push(...reachNotes(context));
  return { daemon, aor, disabledAt, expiresAt, changed: true, layers, notes };
}

function lastsAsLong(present: StoredDisabled, expiresAt: number | null): boolean {
  return present.expiresAt === null || (expiresAt !== null && present.expiresAt >= expiresAt);
}

async function enable(context: OperationsContext, input: ParsedInput<'enable'>): Promise<OperationResult<'enable'>> {
  const { store, engine, daemon, clock } = context;
  const { account: aor, reason, by } = input;
  const at = clock();
  await engine.recorded();
  // Layers are told even if the store knows nothing of it: one command enables it everywhere.
  const layers = await engine.enableAccounts([aor]);
  const enabled = await store.enableAccounts([aor], at, reason);
  await store.addEvents(
    enabled.map((row) => accountEvent('account_enabled', row.aor, at, `Enabled by ${by}: ${reason}`, by)),
  );
  return { daemon, enabled, layers, notes: !daemon && enabled.length > 0 ? [WITHOUT_DAEMON] : [] };
}
