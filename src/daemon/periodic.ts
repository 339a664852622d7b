/** Runs `work` every `everyMs`, and `atOnce` if it shall, never twice at a time. Failures are told and change nothing of the rhythm. */
export function periodically(
  everyMs: number,
  work: () => Promise<void>,
  onFault: (error: Error) => void,
  { atOnce = false } = {},
): AsyncDisposable {
  let running: Promise<void> | undefined;
  const run = () => {
    running ??= work()
      .catch((error: unknown) => onFault(error instanceof Error ? error : new Error(String(error))))
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(run, everyMs);
  if (atOnce) run();
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
