import { sealMany } from '@sotto/crypto';
import type { SealRecipient } from '@sotto/crypto';
import type { ChatId, DeviceId, UserId } from '@sotto/protocol';
import type { DeviceKeys } from '../devices/device-keys.ts';
import { nameSealTarget, sealTargetOf } from '../devices/seal-target.ts';
import type { RandomSource } from '../platform.ts';
import type { CertifiedDevice, PersonTrust } from '../trust/person-trust.ts';
import { epochContext, epochKeyPurpose } from './key-ring.ts';
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
 * have it. A device whose key is refused is left out.
 */
export async function sealEpoch(options: {
  chatId: ChatId;
  epochKey: HeldKey;
  people: readonly PersonTrust[];
  sender: { userId: UserId; keys: DeviceKeys };
  skip?: (device: CertifiedDevice) => boolean;
  random: RandomSource;
}): Promise<NewDeviceWrap[]> {
  const { chatId, epochKey, people, sender, skip, random } = options;
  const rank = (person: PersonTrust) => (person.userId === sender.userId ? 0 : 1);
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
    sender: {
      userId: sender.userId,
      deviceId: sender.keys.deviceId,
      identitySeed: sender.keys.identity.seed,
    },
    recipients,
    random,
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
