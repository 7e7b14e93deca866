import { verifyXEdDSA } from '@sotto/crypto';
import type { PreKeyBundle, ProtocolAddress } from '@sotto/crypto';
import type { DeviceId, UserId } from '@sotto/protocol';
import { ClientError } from '../client-error.ts';
import type { HttpClient } from '../transport/http-client.ts';
import type { TrustStore } from '../trust/trust-store.ts';

/** What a session with a device begins with, and where that device is addressed. */
export interface ClaimedBundle {
  address: ProtocolAddress;
  bundle: PreKeyBundle;
}

/**
 * Takes prekeys of somebody's device from the relay. Its identity key is the one that its owner's
 * newest manifest certifies, never one that the relay names.
 *
 * Throws `not_found` for a device that is not certified, or not any more, or whose owner shares no chat;
 * `untrusted` for prekeys that its identity key did not sign, or of another device; `rate_limited`; and
 * what a refused manifest throws.
 */
export async function claimBundle(options: {
  http: HttpClient;
  trust: TrustStore;
  userId: UserId;
  deviceId: DeviceId;
}): Promise<ClaimedBundle> {
  const { http, trust, userId, deviceId } = options;
  const person = await trust.refresh(userId);
  const device = person.devices.find((one) => one.deviceId === deviceId);
  if (!device?.current) throw new ClientError('not_found');
  const { identityKey, number } = device;
  const claimed = await http.call('claimPreKeys', { params: { userId, deviceId } });
  if (claimed.deviceId !== deviceId) throw new ClientError('untrusted');
  const { registrationId, signedPreKey, kemPreKey, oneTimePreKey } = claimed;
  for (const { publicKey, signature } of [signedPreKey, kemPreKey]) {
    if (!(await verifyXEdDSA({ publicKey: identityKey, message: publicKey, signature }))) {
      throw new ClientError('untrusted');
    }
  }
  const bundle: PreKeyBundle = {
    registrationId,
    identityKey,
    signedPreKey,
    kyberPreKey: kemPreKey,
    ...(oneTimePreKey && { preKey: oneTimePreKey }),
  };
  return { address: { name: userId, deviceId: number }, bundle };
}
