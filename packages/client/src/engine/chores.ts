import type { AccountContext } from './account-context.ts';
import { createSerialQueue } from './serial-queue.ts';

const everyMs = 3_600_000;
const againMs = 60_000;

/** What a device does for itself besides, every hour and when asked: nobody waits for it. */
export interface Chores {
  /** Does them now, and again in an hour, or in a minute if they fail. */
  begin(): void;
  stop(): void;
  /** Resolves when those that began have ended. */
  idle(): Promise<void>;
}

export function createChores(options: {
  context: AccountContext;
  isOnline: () => boolean;
  task: () => Promise<void>;
}): Chores {
  const { context, isOnline, task } = options;
  const { clock } = context.platform;
  const queue = createSerialQueue();
  let cancel: () => void = () => undefined;

  function plan(afterMs: number): void {
    cancel();
    cancel = clock.setTimer(afterMs, begin);
  }

  function begin(): void {
    plan(everyMs);
    void queue
      .run(async () => {
        if (context.isOpen() && isOnline()) await task();
      })
      .catch(() => {
        if (context.isOpen() && isOnline()) plan(againMs);
      });
  }

  return {
    begin,
    stop: () => cancel(),
    idle: () => queue.idle(),
  };
}
