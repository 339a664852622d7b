const LOOK_EVERY_MS = 500;

export interface ParentOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The id of the parent now. */
  readonly parentId: () => number;
  readonly onGone: () => void;
}

/**
 * Watches the npm that runs this process: killed in a way it cannot pass on, it would leave behind a daemon that nobody
 * knows of and that holds the ports. Started otherwise (a service manager, a shell, `nohup`), nobody's end is ours.
 */
export function watchNpm({ env, parentId, onGone }: ParentOptions): void {
  if (env.npm_package_name !== 'sipward' || env.npm_lifecycle_event !== 'start') return;
  const parent = parentId();
  const timer = setInterval(() => {
    // An orphan is given to another process.
    if (parentId() === parent) return;
    clearInterval(timer);
    onGone();
  }, LOOK_EVERY_MS);
  timer.unref();
}
