import type { ChatId, ClientId, DeviceId, UserId } from '@sotto/protocol';
import * as z from 'zod/mini';
import { appendRow } from './rows.ts';

/** One message on its way into the database. */
export interface AppendRequest {
  chatId: ChatId;
  senderId: UserId;
  deviceId: DeviceId;
  clientId: ClientId;
  ciphertext: Buffer;
}

/** What became of one message; `duplicate` when it had been stored before. */
export type AppendOutcome =
  | { outcome: 'ok'; seq: number; createdAtMs: number; duplicate: boolean }
  | { outcome: 'not_found' | 'gone' | 'conflict' };

/** Appends a batch in one transaction; one outcome a request, in order. Resolves after commit. */
export interface AppendBackEnd {
  append(batch: readonly AppendRequest[]): Promise<AppendOutcome[]>;
  close(): Promise<void>;
}

const appendRows = z.array(appendRow);

/** Checks that the database answered each row of the batch, once. */
export function appendOutcomes(rows: unknown, count: number): AppendOutcome[] {
  const parsed = appendRows.parse(rows).toSorted((a, b) => a.ordinal - b.ordinal);
  if (parsed.length !== count) throw new Error(`${parsed.length} outcomes for ${count} rows`);
  return parsed.map((row) => {
    if (row.outcome !== 'ok') return { outcome: row.outcome };
    if (row.seq === null || row.created_at_ms === null) throw new Error('stored without a number');
    return {
      outcome: 'ok',
      seq: row.seq,
      createdAtMs: row.created_at_ms,
      duplicate: row.duplicate === true,
    };
  });
}
