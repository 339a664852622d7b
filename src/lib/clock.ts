/** The only place, with the daemon, that reads the wall clock: everything else is told the time. */
export type Clock = () => number;

/** Milliseconds since the Unix epoch. */
export const systemClock: Clock = () => Date.now();
