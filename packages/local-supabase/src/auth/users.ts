import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';
import { isUniqueViolation } from './database.ts';
import { AuthError, emailExists } from './errors.ts';

/** JSON of `app_metadata` and `user_metadata`. */
export type Metadata = Record<string, unknown>;

/** A row of `auth.users`, as far as the service reads it. */
export interface UserRow {
  id: string;
  aud: string | null;
  role: string | null;
  email: string | null;
  phone: string | null;
  encrypted_password: string | null;
  email_confirmed_at: Date | null;
  phone_confirmed_at: Date | null;
  confirmed_at: Date | null;
  invited_at: Date | null;
  confirmation_sent_at: Date | null;
  recovery_sent_at: Date | null;
  reauthentication_sent_at: Date | null;
  email_change: string | null;
  email_change_sent_at: Date | null;
  email_change_confirm_status: number | null;
  last_sign_in_at: Date | null;
  raw_app_meta_data: Metadata | null;
  raw_user_meta_data: Metadata | null;
  created_at: Date;
  updated_at: Date;
  banned_until: Date | null;
  deleted_at: Date | null;
  is_anonymous: boolean;
}

const COLUMNS = `id, aud, role, email, phone, encrypted_password, email_confirmed_at,
  phone_confirmed_at, confirmed_at, invited_at, confirmation_sent_at, recovery_sent_at,
  reauthentication_sent_at, email_change, email_change_sent_at, email_change_confirm_status,
  last_sign_in_at, raw_app_meta_data, raw_user_meta_data, created_at, updated_at, banned_until,
  deleted_at, is_anonymous`;

/** Columns that `updateUser` may set; the names come from code, never from a request. */
export type UserChanges = Partial<
  Pick<
    UserRow,
    | 'role'
    | 'email'
    | 'phone'
    | 'encrypted_password'
    | 'email_confirmed_at'
    | 'phone_confirmed_at'
    | 'invited_at'
    | 'confirmation_sent_at'
    | 'recovery_sent_at'
    | 'reauthentication_sent_at'
    | 'email_change'
    | 'email_change_sent_at'
    | 'email_change_confirm_status'
    | 'last_sign_in_at'
    | 'raw_app_meta_data'
    | 'raw_user_meta_data'
    | 'banned_until'
    | 'deleted_at'
    | 'is_anonymous'
  >
>;

/** Finds by id; soft-deleted accounts included, since only an operator asks by id alone. */
export async function findUserById(db: Database, id: string): Promise<UserRow | undefined> {
  const { rows } = await db.query<UserRow>(`select ${COLUMNS} from auth.users where id = $1`, [id]);
  return rows[0];
}

/** The same, locking the row until the transaction ends. */
export async function lockUserById(db: Database, id: string): Promise<UserRow | undefined> {
  const sql = `select ${COLUMNS} from auth.users where id = $1 for update`;
  return (await db.query<UserRow>(sql, [id])).rows[0];
}

/** Finds a living account by its normalised address. */
export async function findUserByEmail(db: Database, email: string): Promise<UserRow | undefined> {
  const { rows } = await db.query<UserRow>(
    `select ${COLUMNS} from auth.users
     where email = $1 and is_sso_user = false and deleted_at is null`,
    [email],
  );
  return rows[0];
}

/** One page, newest first, and the count of all. */
export async function listUsers(
  db: Database,
  limit: number,
  offset: number,
): Promise<{ users: UserRow[]; total: number }> {
  const { rows } = await db.query<UserRow>(
    `select ${COLUMNS} from auth.users order by created_at desc, id limit $1 offset $2`,
    [limit, offset],
  );
  const counted = await db.query<{ total: string }>('select count(*) as total from auth.users');
  return { users: rows, total: Number(counted.rows[0]?.total ?? 0) };
}

/** Inserts an account; throws 422 email_exists, phone_exists or conflict when a value is taken. */
export async function insertUser(
  db: Database,
  nowMs: number,
  values: UserChanges & { id?: string | undefined },
): Promise<UserRow> {
  const { id = randomUUID(), ...changes } = values;
  const now = new Date(nowMs);
  const entries = Object.entries({
    id,
    aud: 'authenticated',
    role: 'authenticated',
    raw_app_meta_data: {},
    raw_user_meta_data: {},
    created_at: now,
    updated_at: now,
    ...changes,
  });
  const names = entries.map(([name]) => name).join(', ');
  const places = entries.map((_, index) => `$${index + 1}`).join(', ');
  const sql = `insert into auth.users (${names}) values (${places}) returning ${COLUMNS}`;
  return write(db, sql, parameters(entries));
}

/** Changes an account and returns it as it is then. */
export async function updateUser(
  db: Database,
  nowMs: number,
  id: string,
  changes: UserChanges,
): Promise<UserRow> {
  const entries = Object.entries({ ...changes, updated_at: new Date(nowMs) });
  const set = entries.map(([name], index) => `${name} = $${index + 2}`).join(', ');
  const sql = `update auth.users set ${set} where id = $1 returning ${COLUMNS}`;
  return write(db, sql, [id, ...parameters(entries)]);
}

/** Whether the account is banned at `nowMs`. */
export function isBanned(user: UserRow, nowMs: number): boolean {
  return user.banned_until !== null && user.banned_until.getTime() > nowMs;
}

function parameters(entries: [string, unknown][]): unknown[] {
  return entries.map(([, value]) =>
    typeof value === 'object' && value !== null && !(value instanceof Date)
      ? JSON.stringify(value)
      : value,
  );
}

async function write(db: Database, sql: string, values: unknown[]): Promise<UserRow> {
  try {
    const { rows } = await db.query<UserRow>(sql, values);
    const [row] = rows;
    if (row === undefined) throw new AuthError(404, 'user_not_found', 'User not found');
    return row;
  } catch (error) {
    if (isUniqueViolation(error, 'users_email_partial_key')) throw emailExists();
    if (isUniqueViolation(error, 'users_phone_key')) {
      throw new AuthError(422, 'phone_exists', 'A user with this phone number already exists');
    }
    if (isUniqueViolation(error)) {
      throw new AuthError(422, 'conflict', 'A user with this id already exists');
    }
    throw error;
  }
}
