import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';

/** What happened, to whom. Only ids: the log outlives addresses and names. */
export interface AuditEntry {
  action: string;
  /** Who acted; absent for the operator's secret key. */
  actorId?: string;
  /** Whose account was acted on, when not the actor's. */
  subjectId?: string;
  traits?: Record<string, string | number | boolean>;
}

/** Appends to `auth.audit_log_entries`, in the transaction of what it records. */
export async function recordAudit(db: Database, nowMs: number, entry: AuditEntry): Promise<void> {
  const payload = {
    action: entry.action,
    actor_id: entry.actorId ?? null,
    ...(entry.subjectId === undefined ? {} : { subject_id: entry.subjectId }),
    ...(entry.traits === undefined ? {} : { traits: entry.traits }),
  };
  await db.query(
    'insert into auth.audit_log_entries (id, payload, created_at) values ($1, $2, $3)',
    [randomUUID(), JSON.stringify(payload), new Date(nowMs)],
  );
}
