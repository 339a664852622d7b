/** Lets one asynchronous task run after the other. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `task` when all earlier ones have ended, whatever became of them. */
  take<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task, task);
    this.#last = turn;
    return turn;
  }
}
