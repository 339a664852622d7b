import { accessSync, constants } from 'node:fs';
import { countText } from '../lib/count-text.ts';
import { version } from '../lib/version.ts';
import type { PartState, SourceHealth } from './health.ts';
import type { Handlers, OperationResult } from './operations.ts';
import type { OperationsContext } from './operations-context.ts';
import { eventsFileCheck, geoChecks, opensipsPlaceCheck, webCheck } from './setup-checks.ts';

/** Lines not understood that are shown of a source. */
const MAX_SHOWN_LINES = 3;

type Check = OperationResult<'doctor'>['checks'][number];

export function healthHandlers(context: OperationsContext): Pick<Handlers, 'status' | 'doctor'> {
  const { store, engine, daemon } = context;
  return {
    status: async () => ({ daemon, version: version(), health: engine.health(), store: await store.status() }),
    doctor: async () => ({
      checks: [
        daemonCheck(context),
        stateDirCheck(context.stateDir),
        await storeCheck(context),
        ...(daemon ? [] : await webCheck(context)),
        ...eventsFileCheck(context),
        ...opensipsPlaceCheck(context),
        ...(await geoChecks(context)),
        ...(daemon ? partChecks(context) : []),
      ],
    }),
  };
}

function daemonCheck({ daemon }: OperationsContext): Check {
  return daemon
    ? { name: 'daemon', state: 'ok', found: 'running', advice: '' }
    : {
        name: 'daemon',
        state: 'warning',
        found: 'not running: nothing is watched or enforced',
        advice: 'start it: sipward run, or systemctl start sipward',
      };
}

function stateDirCheck(stateDir: string): Check {
  try {
    accessSync(stateDir, constants.R_OK | constants.W_OK | constants.X_OK);
    return { name: 'state directory', state: 'ok', found: stateDir, advice: '' };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { name: 'state directory', state: 'failed', found, advice: `make ${stateDir} writable for this user` };
  }
}

async function storeCheck({ store }: OperationsContext): Promise<Check> {
  const { engine, location, schemaVersion, latestVersion } = await store.status();
  const found = `${engine} at ${location}, schema ${schemaVersion}`;
  if (schemaVersion === latestVersion) return { name: 'store', state: 'ok', found, advice: '' };
  return { name: 'store', state: 'failed', found, advice: `run sipward db migrate (latest schema: ${latestVersion})` };
}

function partChecks({ engine }: OperationsContext): readonly Check[] {
  const health = engine.health();
  const sources = health.sources.map(sourceCheck);
  const enforcers = health.enforcers.map(({ name, state, error, entries, repairs }) =>
    partCheck(`enforcer ${name}`, state, error, `${countText(entries, 'entry', 'entries')}, ${repairs} put right`),
  );
  const problems = health.problems.map(
    (found): Check => ({ name: 'daemon', state: 'warning', found, advice: 'see sipward status and the log' }),
  );
  const warnings = health.warnings
    // Those of a source stand beside it.
    .filter((found) => !found.startsWith('source '))
    .map((found): Check => ({ name: 'daemon', state: 'warning', found, advice: 'see sipward events and the log' }));
  const remarks = health.remarks.map(
    (found): Check => ({ name: 'remark', state: 'ok', found, advice: 'if it should: docs/silence.md' }),
  );
  return [enforcementCheck(health), ...sources, ...enforcers, ...problems, ...warnings, ...remarks];
}

function enforcementCheck({ enforcement, enforcers }: ReturnType<OperationsContext['engine']['health']>): Check {
  if (enforcement === 'enforce' && enforcers.some(({ enforces }) => enforces)) {
    return { name: 'enforcement', state: 'ok', found: 'attackers are kept out', advice: '' };
  }
  return {
    name: 'enforcement',
    state: 'warning',
    found: 'nobody is kept out',
    advice: 'when the decisions are right, set enforcement: enforce and configure an enforcer',
  };
}

function sourceCheck(source: SourceHealth): Check {
  const { name, state, error, signals, unrecognised, lost, faults, lastFault, notes, missing, silence, samples } =
    source;
  const figures = `${countText(signals, 'signal')}, ${countText(unrecognised, 'line')} not understood, ${lost} lost`;
  const check = partCheck(`source ${name}`, state, error, figures);
  if (check.state !== 'ok') return check;
  const trouble = lastFault === null ? [] : [`${countText(faults, 'fault')}, the last: ${lastFault}`];
  const unread = samples.slice(-MAX_SHOWN_LINES).map((line) => `not understood: ${line}`);
  const found = [figures, ...trouble, ...notes, ...unread].join('; ');
  if (silence !== null) {
    const advice = `see whether what feeds ${name} still runs; if this is as it should be: silence.except in sipward.yaml`;
    return { ...check, state: 'warning', found: [silence, found].join('; '), advice };
  }
  if (missing !== null) {
    const advice = 'if it is made later, all is well; else correct its path in sipward.yaml';
    return { ...check, state: 'warning', found: `${missing}; ${found}`, advice };
  }
  if (lastFault !== null || lost > 0) return { ...check, state: 'warning', found };
  // A few odd lines are in every log; when nothing else is, the format is wrong.
  const isAllUnread = unrecognised > 0 && signals === 0;
  const advice = isAllUnread ? `no line of ${name} became a signal: check its format in sipward.yaml` : '';
  return { ...check, state: isAllUnread ? 'warning' : 'ok', found, advice };
}

function partCheck(name: string, state: PartState, error: string | null, figures: string): Check {
  if (state === 'ok') return { name, state: 'ok', found: figures, advice: '' };
  const found = error === null ? state : `${state}: ${error}`;
  return { name, state: state === 'starting' ? 'warning' : 'failed', found, advice: 'see the log of the daemon' };
}
