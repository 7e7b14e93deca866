import { z } from 'zod';
import { createEmailAccount } from './accounts.ts';
import { recordAudit } from './audit.ts';
import type { AuthContext } from './context.ts';
import { inTransaction } from './database.ts';
import { userNotFound, validationFailed } from './errors.ts';
import { saveEmailIdentity } from './identities.ts';
import { deleteOneTimeTokens } from './one-time-tokens.ts';
import { assertHashAcceptable, assertPasswordAcceptable } from './passwords.ts';
import {
  mergeMetadata,
  metadataSchema,
  optional,
  passwordSchema,
  requireEmail,
  requirePhone,
} from './request-values.ts';
import { deleteAllSessions } from './sessions.ts';
import { renderUser } from './user-json.ts';
import type { UserJson } from './user-json.ts';
import { insertUser, lockUserById, updateUser } from './users.ts';
import type { UserChanges } from './users.ts';

/** What an operator may set about an account. */
export const adminUserSchema = z.object({
  id: optional(z.uuid()),
  email: optional(z.string()),
  phone: optional(z.string()),
  password: optional(passwordSchema),
  password_hash: optional(z.string()),
  email_confirm: optional(z.boolean()),
  phone_confirm: optional(z.boolean()),
  user_metadata: optional(metadataSchema),
  app_metadata: optional(metadataSchema),
  ban_duration: optional(z.string()),
  role: optional(z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/)),
});

type AdminUser = z.infer<typeof adminUserSchema>;

const UNIT_MS = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);
const MAX_BAN_MS = 200 * 365 * 86_400_000;

/** Makes an account; throws 422 email_exists, phone_exists or conflict. */
export async function adminCreateUser(context: AuthContext, asked: AdminUser): Promise<UserJson> {
  if (!asked.email && !asked.phone) {
    throw validationFailed('Cannot create a user without either an email or phone');
  }
  const changes = await changesOf(context, asked);
  const data = mergeMetadata({}, asked.user_metadata ?? {});
  return inTransaction(context.pool, async (db) => {
    const now = context.clock();
    const id = asked.id ?? undefined;
    const user =
      typeof changes.email === 'string'
        ? await createEmailAccount(db, now, {
            id,
            email: changes.email,
            passwordHash: changes.encrypted_password ?? null,
            isConfirmed: asked.email_confirm === true,
            userMetadata: data,
            more: changes,
          })
        : await insertUser(db, now, { id, ...changes, raw_user_meta_data: data });
    const app = mergeMetadata(user.raw_app_meta_data, asked.app_metadata ?? {});
    const saved = await updateUser(db, now, user.id, { raw_app_meta_data: app });
    await recordAudit(db, now, { action: 'user_signedup', subjectId: user.id });
    return renderUser(db, saved);
  });
}

/**
 * Changes an account. A new password and a ban end every session: an operator sets a password because the
 * old one or a device is lost, and the gateway knows sessions but not bans.
 */
export async function adminUpdateUser(
  context: AuthContext,
  id: string,
  asked: AdminUser,
): Promise<UserJson> {
  const changes = await changesOf(context, asked);
  return inTransaction(context.pool, async (db) => {
    const now = context.clock();
    const user = await lockUserById(db, id);
    if (user === undefined) throw userNotFound(404);
    if (asked.user_metadata) {
      changes.raw_user_meta_data = mergeMetadata(user.raw_user_meta_data, asked.user_metadata);
    }
    if (asked.app_metadata) {
      changes.raw_app_meta_data = mergeMetadata(user.raw_app_meta_data, asked.app_metadata);
    }
    const updated = await updateUser(db, now, id, {
      ...changes,
      ...(changes.email ? { is_anonymous: false } : {}),
    });
    if (changes.email || asked.email_confirm) {
      if (updated.email !== null) {
        const isConfirmed = updated.email_confirmed_at !== null;
        await saveEmailIdentity(db, now, id, updated.email, isConfirmed);
      }
    }
    if (changes.encrypted_password !== undefined || changes.banned_until) {
      await deleteAllSessions(db, id);
      await deleteOneTimeTokens(db, id);
    }
    await recordAudit(db, now, { action: 'user_modified', subjectId: id });
    return renderUser(db, updated);
  });
}

async function changesOf(context: AuthContext, asked: AdminUser): Promise<UserChanges> {
  const now = context.clock();
  const changes: UserChanges = {};
  if (asked.email) changes.email = requireEmail(asked.email);
  if (asked.phone) changes.phone = requirePhone(asked.phone);
  if (asked.email_confirm) changes.email_confirmed_at = new Date(now);
  if (asked.phone_confirm) changes.phone_confirmed_at = new Date(now);
  if (asked.role) changes.role = asked.role;
  if (asked.ban_duration) changes.banned_until = banEnd(asked.ban_duration, now);
  if (asked.password && asked.password_hash) {
    throw validationFailed('Only a password or a password hash should be provided');
  }
  if (asked.password) {
    assertPasswordAcceptable(asked.password, context.settings.passwordMinLength);
    changes.encrypted_password = await context.passwords.hash(asked.password);
  }
  if (asked.password_hash) {
    assertHashAcceptable(asked.password_hash);
    changes.encrypted_password = asked.password_hash;
  }
  return changes;
}

/** Reads `none`, or a duration such as `24h` or `1h30m`, into the end of a ban. */
function banEnd(text: string, nowMs: number): Date | null {
  if (text === 'none') return null;
  if (!/^(\d{1,9}(\.\d{1,3})?(ms|s|m|h))+$/.test(text)) {
    throw validationFailed('ban_duration must be none or a duration such as 24h');
  }
  let durationMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    durationMs += Number(amount) * (UNIT_MS.get(unit ?? '') ?? 0);
  }
  return new Date(nowMs + Math.min(durationMs, MAX_BAN_MS));
}
