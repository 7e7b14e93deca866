import { randomBytes } from 'node:crypto';
import { parseTotpSecret, totpCode, totpStep } from '@sotto/crypto/second-factor';
import { claimsOf, expectOk } from './person.ts';
import type { Place, TestDevice } from './person.ts';

/** A TOTP factor of an account. */
export interface TestFactor {
  factorId: string;
  /** The code of the present step plus some, by the auth service's clock. */
  code(nowMs: number, stepsAhead?: number): string;
}

const auth = (
  place: Place,
  token: string,
  method: string,
  path: string,
  body: Record<string, unknown> = {},
) =>
  expectOk({ url: place.stack.url }, method, `/auth/v1/${path}`, {
    token,
    body,
    headers: { apikey: place.stack.publishableKey },
  });

/** Enrols a factor; it counts once a code was given. */
export async function enrolFactor(
  place: Place,
  token: string,
  friendlyName = 'Phone',
): Promise<TestFactor> {
  const enrolled = await auth(place, token, 'POST', 'factors', {
    factor_type: 'totp',
    friendly_name: friendlyName,
  });
  const secret = parseTotpSecret((enrolled['totp'] as { secret: string }).secret);
  return {
    factorId: String(enrolled['id']),
    code: (nowMs, stepsAhead = 0) => totpCode(secret, totpStep(nowMs) + stepsAhead),
  };
}

/** A backup of a factor, as a device stores it before the first code; opaque to the relay, so random here. */
export const backupOf = (factorId: string) => ({
  factorId,
  underRecoveryKey: randomBytes(80).toString('base64url'),
  underVaultKey: randomBytes(80).toString('base64url'),
});

/** Stores the backup in the name of a device. */
export async function storeBackup(
  place: Place,
  device: TestDevice,
  backup: ReturnType<typeof backupOf>,
): Promise<void> {
  const { token, deviceId } = device;
  const path = '/api/account/second-factor-backup';
  await expectOk(place.relay, 'PUT', path, { token, deviceId, body: backup });
}

/** Gives a code; answers the session's next token. */
export async function giveCode(
  place: Place,
  token: string,
  factorId: string,
  code: string,
): Promise<{ token: string; sessionId: string }> {
  const challenge = await auth(place, token, 'POST', `factors/${factorId}/challenge`);
  const tokens = await auth(place, token, 'POST', `factors/${factorId}/verify`, {
    challenge_id: challenge['id'],
    code,
  });
  const raised = String(tokens['access_token']);
  return { token: raised, sessionId: String(claimsOf(raised)['session_id']) };
}

/** Removes a factor. */
export async function removeFactor(place: Place, token: string, factorId: string): Promise<void> {
  await auth(place, token, 'DELETE', `factors/${factorId}`);
}
