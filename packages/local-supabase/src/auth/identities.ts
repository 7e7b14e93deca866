import type { Database } from './database.ts';

/** A row of `auth.identities`: one way that an account signs in. */
export interface IdentityRow {
  id: string;
  provider_id: string;
  user_id: string;
  identity_data: Record<string, unknown>;
  provider: string;
  last_sign_in_at: Date | null;
  created_at: Date;
  updated_at: Date;
  email: string | null;
}

/** All identities of an account, oldest first. */
export async function listIdentities(db: Database, userId: string): Promise<IdentityRow[]> {
  const { rows } = await db.query<IdentityRow>(
    `select id, provider_id, user_id, identity_data, provider, last_sign_in_at, created_at,
       updated_at, email
     from auth.identities where user_id = $1 order by created_at, id`,
    [userId],
  );
  return rows;
}

/** Makes the email identity of an account, or brings its address up to date. */
export async function saveEmailIdentity(
  db: Database,
  nowMs: number,
  userId: string,
  email: string,
  isVerified: boolean,
): Promise<void> {
  const data = { sub: userId, email, email_verified: isVerified, phone_verified: false };
  await db.query(
    `insert into auth.identities
       (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
     values ($1, $2, $3, 'email', $4, $4, $4)
     on conflict (provider_id, provider) do update
       set identity_data = auth.identities.identity_data || excluded.identity_data,
           updated_at = excluded.updated_at`,
    [userId, userId, JSON.stringify(data), new Date(nowMs)],
  );
}
