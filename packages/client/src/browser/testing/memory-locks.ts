import type { ExclusiveLocks } from '../share-engine.ts';

interface Waiting {
  owner: string;
  held: () => Promise<void>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** Web Locks for tabs of one process: exclusive, first come first served, gone with their owner. */
export class MemoryLocks {
  readonly #queues = new Map<string, Waiting[]>();

  /** The lock manager as one tab sees it. */
  of(owner: string): ExclusiveLocks {
    return {
      request: (name, held) =>
        new Promise((resolve, reject) => {
          const queue = this.#queues.get(name) ?? [];
          this.#queues.set(name, queue);
          queue.push({ owner, held, resolve, reject });
          if (queue.length === 1) this.#grant(queue);
        }),
    };
  }

  /** What a browser does when a tab ends, however it ends. */
  drop(owner: string): void {
    for (const queue of this.#queues.values()) {
      const first = queue[0];
      queue.splice(0, queue.length, ...queue.filter((waiting) => waiting.owner !== owner));
      if (queue[0] !== first) this.#grant(queue);
    }
  }

  #grant(queue: Waiting[]): void {
    const first = queue[0];
    if (!first) return;
    setImmediate(() => {
      if (queue[0] !== first) return;
      first
        .held()
        .then(first.resolve, first.reject)
        .finally(() => {
          if (queue[0] !== first) return;
          queue.shift();
          this.#grant(queue);
        });
    });
  }
}
