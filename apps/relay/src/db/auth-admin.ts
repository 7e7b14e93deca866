import type { UserId } from '@sotto/protocol';
import { databaseError, unavailable } from './database-error.ts';

const timeoutMs = 10_000;

/** The auth service, asked with the secret key: on the embedded and on a hosted Supabase alike. */
export class AuthAdmin {
  readonly #url: string;
  readonly #headers: Record<string, string>;

  /** `url` without a slash at the end, as the base of `/auth/v1`. */
  constructor({ url, secretKey }: { url: string; secretKey: string }) {
    this.#url = `${url}/auth/v1/admin/users`;
    this.#headers = {
      apikey: secretKey,
      // A new secret key is opaque and must not be sent as a bearer; a legacy one is a token.
      ...(secretKey.startsWith('sb_') ? {} : { authorization: `Bearer ${secretKey}` }),
      'content-type': 'application/json',
    };
  }

  /**
   * Deletes a sign-in with its sessions; one that is not there any more counts as deleted.
   * @throws ProtocolError `unavailable`, or `internal` when the key is not accepted.
   */
  async deleteUser(userId: UserId): Promise<void> {
    let status: number;
    try {
      const response = await fetch(`${this.#url}/${userId}`, {
        method: 'DELETE',
        headers: this.#headers,
        body: JSON.stringify({ should_soft_delete: false }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      ({ status } = response);
      await response.body?.cancel();
    } catch (cause) {
      throw unavailable(cause);
    }
    if (status < 300 || status === 404) return;
    const cause = new Error(`delete user: HTTP ${status}`);
    throw status >= 500 || status === 429 ? unavailable(cause) : databaseError('unknown', cause);
  }
}
