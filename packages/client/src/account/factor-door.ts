import type { GoTrueClient } from '@supabase/auth-js';
import { ClientError } from '../client-error.ts';
import { authFailure } from './auth-failure.ts';

/** A factor that was begun and counts only once a code of it was given. */
export interface NewFactor {
  factorId: string;
  /** Base32, as a person types it into an app. */
  secret: string;
  otpauthUrl: string;
}

/** TOTP factors of the account behind one session. Throws what `authFailure` makes of the answers. */
export interface FactorDoor {
  /** Asks the service. */
  list(): Promise<{ verified: string[]; unverified: string[] }>;
  enrol(): Promise<NewFactor>;
  /** Gives a code: the session has its second factor then. `wrong_code`. */
  verify(factorId: string, code: string): Promise<void>;
  remove(factorId: string): Promise<void>;
}

/** Shown in authenticator apps beside the email address. */
const issuer = 'Sotto';

export function createFactorDoor(client: () => Promise<GoTrueClient>): FactorDoor {
  async function ask<Data>(
    action: (mfa: GoTrueClient['mfa']) => Promise<{ data: Data | null; error: Error | null }>,
  ): Promise<Data> {
    try {
      const answer = await action((await client()).mfa);
      if (answer.error) throw answer.error;
      if (answer.data === null) throw new ClientError('unavailable');
      return answer.data;
    } catch (error) {
      throw authFailure(error);
    }
  }

  return {
    async list() {
      const { all } = await ask((mfa) => mfa.listFactors());
      const totp = all.filter((factor) => factor.factor_type === 'totp');
      const ids = (status: 'verified' | 'unverified') =>
        totp.filter((factor) => factor.status === status).map(({ id }) => id);
      return { verified: ids('verified'), unverified: ids('unverified') };
    },
    async enrol() {
      const { id, totp } = await ask((mfa) => mfa.enroll({ factorType: 'totp', issuer }));
      return { factorId: id, secret: totp.secret, otpauthUrl: totp.uri };
    },
    async verify(factorId, code) {
      const plain = code.replaceAll(/[\s-]/g, '');
      // Not asked for: the service counts tries.
      if (!/^\d{6}$/.test(plain)) throw new ClientError('wrong_code');
      await ask((mfa) => mfa.challengeAndVerify({ factorId, code: plain }));
    },
    async remove(factorId) {
      await ask((mfa) => mfa.unenroll({ factorId }));
    },
  };
}
