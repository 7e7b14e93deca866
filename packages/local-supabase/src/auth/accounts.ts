import type { Database } from './database.ts';
import { saveEmailIdentity } from './identities.ts';
import { insertUser } from './users.ts';
import type { Metadata, UserChanges, UserRow } from './users.ts';

/** `app_metadata` of an account that signs in by email. */
export const EMAIL_APP_METADATA: Metadata = { provider: 'email', providers: ['email'] };

/** What a new account with an address begins with. */
export interface NewEmailAccount {
  id?: string | undefined;
  email: string;
  passwordHash: string | null;
  isConfirmed: boolean;
  userMetadata: Metadata;
  more?: UserChanges;
}

/** Makes an account and its email identity; throws 422 when the address is taken. */
export async function createEmailAccount(
  db: Database,
  nowMs: number,
  account: NewEmailAccount,
): Promise<UserRow> {
  const user = await insertUser(db, nowMs, {
    id: account.id,
    email: account.email,
    encrypted_password: account.passwordHash,
    email_confirmed_at: account.isConfirmed ? new Date(nowMs) : null,
    raw_app_meta_data: EMAIL_APP_METADATA,
    raw_user_meta_data: account.userMetadata,
    ...account.more,
  });
  await saveEmailIdentity(db, nowMs, user.id, account.email, account.isConfirmed);
  return user;
}
