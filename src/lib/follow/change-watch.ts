import { type FSWatcher, realpathSync, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Looked at so often in any case: not every file system reports changes, and a directory may be moved away. */
const POLL_MS = 250;
/** Where the kernel reports nothing at all. */
const UNWATCHED_POLL_MS = 25;

/** Tells when a file may have changed, been renamed or made: by inotify, and by looking every now and then. */
export class ChangeWatch implements Disposable {
  readonly #path: string;
  readonly #stop: AbortSignal;
  readonly #watchers = new Map<string, { readonly watcher: FSWatcher; readonly inode: number }>();
  #changed = false;
  /** Whether the directories are to be looked at again. */
  #due = true;
  #wake: (() => void) | undefined;
  readonly #notify = () => {
    this.#changed = true;
    this.#wake?.();
  };

  constructor(path: string, stop: AbortSignal) {
    this.#path = path;
    this.#stop = stop;
    stop.addEventListener('abort', this.#notify);
  }

  /** Resolves once something changed since it last did, or after a while, or when `stop` aborts. */
  async wait(): Promise<void> {
    if (this.#due) this.#watchDirectories();
    if (!this.#changed && !this.#stop.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(() => this.#look(), this.#watchers.size > 0 ? POLL_MS : UNWATCHED_POLL_MS);
      await promise;
      clearTimeout(timer);
      this.#wake = undefined;
    }
    this.#changed = false;
  }

  [Symbol.dispose](): void {
    this.#stop.removeEventListener('abort', this.#notify);
    for (const { watcher } of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #look(): void {
    this.#due = true;
    this.#notify();
  }

  /** Watches the directories of the file and, if it is a symbolic link, of its target; others no longer. */
  #watchDirectories(): void {
    this.#due = false;
    const wanted = new Map([this.#path, realPath(this.#path)].map((path) => [dirname(path), basename(path)]));
    for (const [directory, { watcher, inode }] of this.#watchers) {
      if (wanted.has(directory) && inodeOf(directory) === inode) continue;
      watcher.close();
      this.#watchers.delete(directory);
    }
    for (const [directory, name] of wanted) if (!this.#watchers.has(directory)) this.#watch(directory, name);
  }

  #watch(directory: string, name: string): void {
    const inode = inodeOf(directory);
    if (inode === undefined) return;
    try {
      // By the beginning of the name: what was renamed may still be written to.
      const watcher = watch(directory, (_event, changed) => {
        if (changed === null || changed.startsWith(name)) this.#notify();
      });
      watcher.on('error', () => this.#forget(directory));
      this.#watchers.set(directory, { watcher, inode });
      // What changed before the watch began has not been reported.
      this.#changed = true;
    } catch {
      // What cannot be watched (too many watches on this machine) is looked at.
      this.#due = true;
    }
  }

  #forget(directory: string): void {
    this.#watchers.get(directory)?.watcher.close();
    this.#watchers.delete(directory);
    this.#look();
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // Not there yet: the directory is watched for it.
    return path;
  }
}

function inodeOf(directory: string): number | undefined {
  return statSync(directory, { throwIfNoEntry: false })?.ino;
}
