import { isClientError } from '../client-error.ts';
import { createSerialQueue } from '../engine/serial-queue.ts';
import type { Platform } from '../platform.ts';
import { retryDelayMs } from '../transport/retry-delay.ts';
import { isTransient } from '../transport/wire-failure.ts';

/** A relay that names ever other things and never answers is not asked for more than this many again. */
const mostAgain = 50;

/**
 * Hints of the relay are followed one after another. What failed for want of an answer is tried again
 * with back-off for as long as the connection holds; a reconnect repeats what a lost hint told.
 */
export interface HintQueue {
  /** Runs in its turn and throws what the task throws. */
  run(task: () => Promise<void>): Promise<void>;
  /** A hint that waits already is not queued twice, however many of them a relay sends. */
  follow(name: string, task: () => Promise<void>): void;
  /** Tries nothing again of what failed so far. */
  forget(): void;
  /** Resolves when everything given so far has ended. */
  idle(): Promise<void>;
}

export function createHintQueue(options: {
  platform: Pick<Platform, 'clock' | 'random'>;
  isOpen: () => boolean;
  isOnline: () => boolean;
}): HintQueue {
  const { platform, isOpen, isOnline } = options;
  const { clock, random } = platform;
  const queue = createSerialQueue();
  const waiting = new Set<string>();
  /** Hints that failed: how often, and what ends the wait for the next try. */
  const failed = new Map<string, { attempt: number; cancel: () => void }>();

  function follow(name: string, task: () => Promise<void>): void {
    if (waiting.has(name)) return;
    waiting.add(name);
    failed.get(name)?.cancel();
    void queue
      .run(async () => {
        waiting.delete(name);
        if (isOpen()) await task();
        failed.get(name)?.cancel();
        failed.delete(name);
      })
      .catch((error: unknown) => again(name, task, error));
  }

  function again(name: string, task: () => Promise<void>, error: unknown): void {
    const attempt = failed.get(name)?.attempt ?? 0;
    failed.get(name)?.cancel();
    failed.delete(name);
    if (!isTransient(error) || !isOpen() || !isOnline() || failed.size >= mostAgain) return;
    const askedMs = isClientError(error) ? (error.retryAtMs ?? 0) - clock.now() : 0;
    const delayMs = Math.max(askedMs, retryDelayMs({ attempt, random }));
    const cancel = clock.setTimer(delayMs, () => follow(name, task));
    failed.set(name, { attempt: attempt + 1, cancel });
  }

  return {
    run: (task) => queue.run(task),
    follow,
    forget() {
      for (const { cancel } of failed.values()) cancel();
      failed.clear();
    },
    idle: () => queue.idle(),
  };
}
