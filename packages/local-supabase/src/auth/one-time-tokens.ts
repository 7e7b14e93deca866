/**
 * Codes and link tokens that prove a person was reached.
 *
 * A code is a few digits, so its hash alone could be guessed by whoever reads the table. The link token
 * is therefore an HMAC of the code under a key of the service, and the table holds the link token's
 * hash: neither the code nor the link can be computed from the database.
 */
import { createHash, createHmac, hkdfSync, randomInt, randomUUID } from 'node:crypto';
import type { Database } from './database.ts';
import type { SigningKey } from './signing-keys.ts';

/** The types of `auth.one_time_tokens` in use. */
export type OneTimeTokenType =
  | 'confirmation_token'
  | 'recovery_token'
  | 'reauthentication_token'
  | 'email_change_token_new'
  | 'email_change_token_current';

/** A fresh code and the token that stands for it in a link. */
export interface IssuedToken {
  code: string;
  linkToken: string;
}

/** What a spent token was for. */
export interface SpentToken {
  userId: string;
  type: OneTimeTokenType;
}

interface TokenRow {
  user_id: string;
  token_type: OneTimeTokenType;
  created_at: Date;
}

/** Issues and spends one-time tokens. */
export class OneTimeTokens {
  readonly #keys: Buffer[];
  readonly #codeLength: number;
  readonly #lifetimeMs: number;

  /** `signingKeys`: the first one's derived key makes tokens, all are tried when one is spent. */
  constructor(signingKeys: readonly SigningKey[], codeLength: number, lifetimeMs: number) {
    this.#keys = signingKeys.map(({ d }) => deriveKey(d));
    this.#codeLength = codeLength;
    this.#lifetimeMs = lifetimeMs;
  }

  /** When a token issued at `nowMs` ends. */
  expiry(nowMs: number): Date {
    return new Date(nowMs + this.#lifetimeMs);
  }

  /** Makes a token for an account and type, in place of any earlier one. */
  async issue(
    db: Database,
    nowMs: number,
    userId: string,
    type: OneTimeTokenType,
    email: string,
  ): Promise<IssuedToken> {
    const code = generateCode(this.#codeLength);
    const [key] = this.#keys;
    if (key === undefined) throw new TypeError('at least one signing key is needed');
    const linkToken = deriveLinkToken(key, type, email, code);
    await db.query(
      `insert into auth.one_time_tokens
         (id, user_id, token_type, token_hash, relates_to, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $6, $6)
       on conflict (user_id, token_type) do update
         set token_hash = excluded.token_hash, relates_to = excluded.relates_to,
             created_at = excluded.created_at, updated_at = excluded.updated_at`,
      [randomUUID(), userId, type, hashToken(linkToken), email, new Date(nowMs)],
    );
    return { code, linkToken };
  }

  /** Spends the token of a link; `undefined` when there is none of these types, or it is too old. */
  async spendLink(
    db: Database,
    nowMs: number,
    types: readonly OneTimeTokenType[],
    linkToken: string,
  ): Promise<SpentToken | undefined> {
    return this.#spend(db, nowMs, types, [hashToken(linkToken)]);
  }

  /** Spends the code that was sent to `email`. */
  async spendCode(
    db: Database,
    nowMs: number,
    types: readonly OneTimeTokenType[],
    email: string,
    code: string,
  ): Promise<SpentToken | undefined> {
    const hashes = types.flatMap((type) =>
      this.#keys.map((key) => hashToken(deriveLinkToken(key, type, email, code))),
    );
    return this.#spend(db, nowMs, types, hashes);
  }

  // Deleting is the test: of two requests with one token, one gets the row.
  async #spend(
    db: Database,
    nowMs: number,
    types: readonly OneTimeTokenType[],
    hashes: readonly string[],
  ): Promise<SpentToken | undefined> {
    const { rows } = await db.query<TokenRow>(
      `delete from auth.one_time_tokens
       where token_hash = any($1) and token_type::text = any($2)
       returning user_id, token_type, created_at`,
      [hashes, types],
    );
    const [row] = rows;
    if (row === undefined || nowMs - row.created_at.getTime() > this.#lifetimeMs) return undefined;
    return { userId: row.user_id, type: row.token_type };
  }
}

/** Forgets every open token of an account. */
export async function deleteOneTimeTokens(db: Database, userId: string): Promise<void> {
  await db.query('delete from auth.one_time_tokens where user_id = $1', [userId]);
}

function generateCode(length: number): string {
  return String(randomInt(10 ** length)).padStart(length, '0');
}

function deriveKey(privateScalar: string): Buffer {
  const scalar = Buffer.from(privateScalar, 'base64url');
  return Buffer.from(hkdfSync('sha256', scalar, '', 'sotto auth one-time tokens', 32));
}

function deriveLinkToken(key: Buffer, type: string, email: string, code: string): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([type, email, code]))
    .digest('hex');
}

function hashToken(linkToken: string): string {
  return createHash('sha256').update(linkToken).digest('hex');
}
