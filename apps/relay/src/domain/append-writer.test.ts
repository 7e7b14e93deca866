import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { ChatId, ClientId, DeviceId, UserId } from '@sotto/protocol';
import { isProtocolError, ProtocolError } from '@sotto/protocol';
import { describe, expect, it } from 'vitest';
import type { AppendBackEnd, AppendOutcome, AppendRequest } from '../db/append-back-end.ts';
import { AppendWriter } from './append-writer.ts';

const sender = { senderId: randomUUID() as UserId, deviceId: randomUUID() as DeviceId };
const request = (chat = 0, bytes = 8): AppendRequest => ({
  ...sender,
  chatId: `00000000-0000-4000-8000-00000000000${chat}` as ChatId,
  clientId: randomUUID() as ClientId,
  ciphertext: Buffer.alloc(bytes),
});

/** Keeps numbers as the database does, commits when told, and remembers what it was asked. */
class MemoryBackEnd implements AppendBackEnd {
  readonly flushes: (readonly AppendRequest[])[] = [];
  readonly #stored = new Map<string, AppendOutcome & { outcome: 'ok' }>();
  readonly #heads = new Map<string, number>();
  #waiting: (() => void)[] = [];
  inFlight = 0;
  mostInFlight = 0;
  isHeld = false;
  failure: 'before' | 'after' | undefined;

  async append(batch: readonly AppendRequest[]): Promise<AppendOutcome[]> {
    this.flushes.push(batch);
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    if (this.isHeld) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else await turn();
    this.inFlight -= 1;
    if (this.failure === 'before') throw new ProtocolError('unavailable', { retryAfterMs: 1 });
    const outcomes = batch.map((row) => this.#store(row));
    if (this.failure === 'after') throw new ProtocolError('unavailable', { retryAfterMs: 1 });
    return outcomes;
  }

  release(): void {
    this.isHeld = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #store(row: AppendRequest): AppendOutcome {
    const key = `${row.chatId} ${row.clientId}`;
    const known = this.#stored.get(key);
    if (known) return { ...known, duplicate: true };
    const seq = (this.#heads.get(row.chatId) ?? 0) + 1;
    this.#heads.set(row.chatId, seq);
    const outcome = { outcome: 'ok', seq, createdAtMs: 1, duplicate: false } as const;
    this.#stored.set(key, outcome);
    return outcome;
  }
}

const numberOf = ({ outcome }: { outcome: AppendOutcome }) =>
  outcome.outcome === 'ok' ? outcome.seq : outcome.outcome;

describe('The append writer', () => {
  it('gathers while a flush is in flight, and keeps the order of arrival', async () => {
    const backEnd = new MemoryBackEnd();
    const writer = new AppendWriter({ backEnd });
    backEnd.isHeld = true;

    const first = writer.append(request());
    await turn();
    await turn();
    const rest = Array.from({ length: 500 }, () => writer.append(request()));
    backEnd.release();
    const numbers = (await Promise.all([first, ...rest])).map(numberOf);

    expect(numbers).toEqual(Array.from({ length: 501 }, (_, index) => index + 1));
    expect(backEnd.flushes.map(({ length }) => length)).toEqual([1, 200, 200, 100]);
  });

  it('has one flush in flight a lane, and lanes that do not wait for each other', async () => {
    const backEnd = new MemoryBackEnd();
    const writer = new AppendWriter({ backEnd, lanes: 4 });
    backEnd.isHeld = true;

    const sent = [0, 1, 2, 3, 0, 1, 2, 3].map((chat) => writer.append(request(chat)));
    await turn();
    await turn();
    const later = writer.append(request(0));
    await turn();
    await turn();

    expect(backEnd.inFlight).toBe(4);
    backEnd.release();
    await Promise.all([...sent, later]);
    expect(backEnd.mostInFlight).toBe(4);
    expect(backEnd.flushes.length).toBe(5);
  });

  it('answers every row of a failed flush, and goes on', async () => {
    const backEnd = new MemoryBackEnd();
    const writer = new AppendWriter({ backEnd });
    backEnd.failure = 'before';

    const failed = await Promise.allSettled([1, 2, 3].map(() => writer.append(request())));
    backEnd.failure = undefined;
    const next = await writer.append(request());

    for (const result of failed) {
      expect(result.status === 'rejected' && isProtocolError(result.reason, 'unavailable')).toBe(
        true,
      );
    }
    expect(next).toMatchObject({ outcome: { seq: 1 }, isNews: true });
    expect(writer.queuedRows).toBe(0);
  });

  it('treats a repeat as old, unless nobody was told of the first', async () => {
    const backEnd = new MemoryBackEnd();
    const writer = new AppendWriter({ backEnd });
    const told = request();
    const untold = request();

    const first = await writer.append(told);
    const again = await writer.append(told);
    backEnd.failure = 'after';
    await expect(writer.append(untold)).rejects.toMatchObject({ code: 'unavailable' });
    backEnd.failure = undefined;
    const retried = await writer.append(untold);
    const retriedAgain = await writer.append(untold);

    expect([first, again, retried, retriedAgain].map(({ isNews }) => isNews)).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect([first, again, retried, retriedAgain].map(numberOf)).toEqual([1, 1, 2, 2]);
  });

  it('refuses what its queue cannot hold, in rows and in bytes', async () => {
    const backEnd = new MemoryBackEnd();
    const writer = new AppendWriter({ backEnd, maxQueuedRows: 2, maxQueuedBytes: 100 });
    backEnd.isHeld = true;

    const held = [writer.append(request()), writer.append(request())];
    await expect(writer.append(request())).rejects.toMatchObject({ code: 'unavailable' });
    backEnd.release();
    await Promise.all(held);
    backEnd.isHeld = true;
    const large = writer.append(request(0, 100));
    await expect(writer.append(request())).rejects.toMatchObject({ retryAfterMs: 1000 });
    backEnd.release();
    await large;
    await writer.drained();

    expect(writer.queuedRows).toBe(0);
  });
});
