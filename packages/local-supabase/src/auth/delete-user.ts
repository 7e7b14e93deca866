import { createHash } from 'node:crypto';
import type { Database } from './database.ts';
import { userNotFound } from './errors.ts';
import { deleteOneTimeTokens } from './one-time-tokens.ts';
import { deleteAllSessions } from './sessions.ts';
import { lockUserById, updateUser } from './users.ts';

/** Removes an account and all that hangs on it; throws 404 when there is none. */
export async function deleteUser(db: Database, _nowMs: number, id: string): Promise<void> {
  const { rowCount } = await db.query('delete from auth.users where id = $1', [id]);
  if (rowCount !== 1) throw userNotFound(404);
}

/** Keeps the row, so that references to it hold, and removes what names or admits the person. */
export async function eraseUser(db: Database, nowMs: number, id: string): Promise<void> {
  const user = await lockUserById(db, id);
  if (user === undefined) throw userNotFound(404);
  if (user.deleted_at !== null) return;
  await deleteAllSessions(db, id);
  await deleteOneTimeTokens(db, id);
  await db.query('delete from auth.identities where user_id = $1', [id]);
  await db.query('delete from auth.mfa_factors where user_id = $1', [id]);
  await updateUser(db, nowMs, id, {
    deleted_at: new Date(nowMs),
    email: user.email === null ? null : pseudonym(id, user.email),
    phone: null,
    email_change: '',
    encrypted_password: null,
    raw_app_meta_data: {},
    raw_user_meta_data: {},
  });
}

// Salted with the id, so that equal addresses of two erased accounts do not show.
function pseudonym(id: string, email: string): string {
  return createHash('sha256')
    .update(JSON.stringify([id, email]))
    .digest('base64url');
}
