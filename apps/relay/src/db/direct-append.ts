import pg from 'pg';
import type { AppendBackEnd } from './append-back-end.ts';
import { appendOutcomes } from './append-back-end.ts';
import { databaseError } from './database-error.ts';

/** A pool for the append path alone: one connection a lane, so that no flush waits for another. */
export interface DirectAppendOptions {
  databaseUrl: string;
  connections: number;
  timeoutMs?: number;
  /** Told of connections that break while idle; nothing else may log them. */
  onIdleError(error: Error): void;
}

const statement = `select ordinal, seq, created_at_ms, outcome, duplicate
  from private.append_messages($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bytea[])`;

/** The append path over `DATABASE_URL`. */
export function directAppend(options: DirectAppendOptions): AppendBackEnd {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: options.connections,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    // The driver's own clock, for a server that no longer answers at all.
    query_timeout: timeoutMs + 1000,
    application_name: 'sotto-relay',
    keepAlive: true,
  });
  pool.on('error', options.onIdleError);
  return {
    async append(batch) {
      let rows: unknown;
      try {
        ({ rows } = await pool.query(statement, [
          batch.map((row) => row.chatId),
          batch.map((row) => row.senderId),
          batch.map((row) => row.deviceId),
          batch.map((row) => row.clientId),
          batch.map((row) => row.ciphertext),
        ]));
      } catch (cause) {
        throw databaseError(cause instanceof pg.DatabaseError ? cause.code : undefined, cause);
      }
      return appendOutcomes(rows, batch.length);
    },
    close: () => pool.end(),
  };
}
