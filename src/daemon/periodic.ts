/** Runs `work` every `everyMs`, never twice at a time. Failures are told and change nothing of the rhythm. */
export function periodically(
  everyMs: number,
  work: () => Promise<void>,
  onFault: (error: Error) => void,
): AsyncDisposable {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= work()
      .catch((error: unknown) => onFault(error instanceof Error ? error : new Error(String(error))))
      .finally(() => {
        running = undefined;
      });
  }, everyMs);
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
