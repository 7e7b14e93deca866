import type { AppendBackEnd, AppendOutcome, AppendRequest } from '../db/append-back-end.ts';

/** What a lane tells its owner. */
export interface AppendLaneOptions {
  backEnd: AppendBackEnd;
  maxRowsPerFlush: number;
  /** After the database has committed, before anyone is told. */
  onCommitted(batch: readonly AppendRequest[], outcomes: readonly AppendOutcome[]): void;
  /** A flush failed, and the database may have committed it all the same. */
  onUncertain(batch: readonly AppendRequest[]): void;
  /** A row has left the lane, one way or the other. */
  onSettled(request: AppendRequest): void;
}

interface Waiting {
  request: AppendRequest;
  resolve(outcome: AppendOutcome): void;
  reject(error: unknown): void;
}

/**
 * Group commit without a timer: while one flush is in flight the next gathers. One flush at a time,
 * because two at once could number a chat's messages in another order than they came.
 */
export class AppendLane {
  readonly #options: AppendLaneOptions;
  #waiting: Waiting[] = [];
  #running = false;

  constructor(options: AppendLaneOptions) {
    this.#options = options;
  }

  append(request: AppendRequest): Promise<AppendOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      if (this.#running) return;
      this.#running = true;
      // After the current turn of the event loop, so that all frames that arrived with it go along.
      setImmediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#options.maxRowsPerFlush);
      await this.#flush(batch);
    }
    this.#running = false;
  }

  async #flush(batch: Waiting[]): Promise<void> {
    const requests = batch.map(({ request }) => request);
    try {
      const outcomes = await this.#options.backEnd.append(requests);
      this.#options.onCommitted(requests, outcomes);
      batch.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index];
        if (outcome) resolve(outcome);
        else reject(new Error('no outcome for a row'));
      });
    } catch (error) {
      this.#options.onUncertain(requests);
      for (const { reject } of batch) reject(error);
    }
    for (const { request } of batch) this.#options.onSettled(request);
  }
}
