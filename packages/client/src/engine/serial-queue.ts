/** Runs tasks one after another, in the order they were given; a failure does not stop the next. */
export interface SerialQueue {
  run<Result>(task: () => Promise<Result>): Promise<Result>;
  /** Resolves when everything given so far has ended. */
  idle(): Promise<void>;
}

export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(task) {
      const result = last.then(task);
      last = result.catch(() => undefined);
      return result;
    },
    async idle() {
      await last;
    },
  };
}
