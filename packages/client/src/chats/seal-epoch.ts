import { sealMany } from '@sotto/crypto';
import type { SealRecipient } from '@sotto/crypto';
import type { ChatId, DeviceId, UserId } from '@sotto/protocol';
import { nameSealTarget, sealTargetOf } from '../devices/seal-target.ts';
import type { AccountContext } from '../engine/account-context.ts';
import type { CertifiedDevice, PersonTrust } from '../trust/person-trust.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import { assertSealable } from './assert-sealable.ts';
import { epochContext, epochKeyPurpose } from './epoch-context.ts';
import type { HeldKey } from './key-ring.ts';

export interface NewDeviceWrap {
  userId: UserId;
  deviceId: DeviceId;
  ephemeralPublicKey: Uint8Array;
  encryptedKey: Uint8Array;
  /** Names the recipient's key: {@link nameSealTarget}. */
  sealedTo: Uint8Array;
}

/**
 * Seals an epoch's key to the devices in the newest verified manifest of each person, and to nobody
 * else; the sender's own first. A hybrid key is used where one is certified. `skip`: devices that
 * have it. A device whose key is refused is left out. Throws `rollback` or `untrusted`, and seals
 * nothing, when one of them is in doubt: {@link assertSealable}.
 */
export async function sealEpoch(options: {
  context: AccountContext;
  trust: TrustStore;
  chatId: ChatId;
  epochKey: HeldKey;
  people: readonly PersonTrust[];
  skip?: (device: CertifiedDevice) => boolean;
}): Promise<NewDeviceWrap[]> {
  const { context, trust, chatId, epochKey, people, skip } = options;
  const { userId: own, keys, platform } = context;
  await assertSealable({ context, trust, people });
  const rank = (person: PersonTrust) => (person.userId === own ? 0 : 1);
  const recipients = people
    .toSorted((a, b) => rank(a) - rank(b))
    .flatMap((person) =>
      person.devices
        .filter((device) => device.current && !skip?.(device))
        .map(({ deviceId, sealingKey, hybridKey }) => ({
          userId: person.userId,
          deviceId,
          publicKey: sealingKey,
          ...(hybridKey && { hybridKey }),
        })),
    ) satisfies SealRecipient[];
  const outcomes = await sealMany({
    payload: epochKey.key,
    purpose: epochKeyPurpose,
    context: epochContext(chatId, epochKey),
    sender: { userId: own, deviceId: keys.deviceId, identitySeed: keys.identity.seed },
    recipients,
    random: platform.random,
  });
  const wraps = await Promise.all(
    outcomes.map(async (outcome, index): Promise<NewDeviceWrap[]> => {
      const recipient = recipients[index];
      if (!recipient || !('sealed' in outcome)) return [];
      const { ephemeralPublicKey, ciphertext } = outcome.sealed;
      const { userId, deviceId, publicKey, hybridKey } = recipient;
      const sealedTo = await nameSealTarget(sealTargetOf({ sealingKey: publicKey, hybridKey }));
      return [{ userId, deviceId, ephemeralPublicKey, encryptedKey: ciphertext, sealedTo }];
    }),
  );
  return wraps.flat();
}
