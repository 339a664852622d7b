import type { SourceHealth } from './health.ts';

/** A source of which nothing is to be said, but for what the test says. */
export function sourceHealth(told: Partial<SourceHealth> = {}): SourceHealth {
  return {
    name: 'edge',
    type: 'file-tail',
    state: 'ok',
    error: null,
    lines: 0,
    signals: 0,
    unrecognised: 0,
    restarts: 0,
    lastSignalAt: null,
    faults: 0,
    lastFault: null,
    lost: 0,
    notes: [],
    missing: null,
    silence: null,
    usualPerHour: null,
    samples: [],
    ...told,
  };
}
