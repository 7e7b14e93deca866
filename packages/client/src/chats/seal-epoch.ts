import { sealMany } from '@sotto/crypto';
import type { EpochKey, SealRecipient } from '@sotto/crypto';
import type { ChatId, DeviceId, UserId } from '@sotto/protocol';
import type { DeviceKeys } from '../devices/device-keys.ts';
import type { RandomSource } from '../platform.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import { epochContext, epochKeyPurpose } from './key-ring.ts';

export interface NewDeviceWrap {
  userId: UserId;
  deviceId: DeviceId;
  ephemeralPublicKey: Uint8Array;
  encryptedKey: Uint8Array;
}

/**
 * Seals an epoch's key to the devices in the newest verified manifest of each person, and to nobody
 * else. `skip`: devices that have it. A device whose key is refused is left out.
 */
export async function sealEpoch(options: {
  chatId: ChatId;
  epochKey: EpochKey;
  people: readonly PersonTrust[];
  sender: { userId: UserId; keys: DeviceKeys };
  skip?: ReadonlySet<string>;
  random: RandomSource;
}): Promise<NewDeviceWrap[]> {
  const { chatId, epochKey, people, sender, skip, random } = options;
  const recipients = people.flatMap((person) =>
    person.devices
      .filter((device) => device.current && !skip?.has(device.deviceId))
      .map((device) => ({
        userId: person.userId,
        deviceId: device.deviceId,
        publicKey: device.sealingKey,
      })),
  ) satisfies SealRecipient[];
  const outcomes = await sealMany({
    payload: epochKey.key,
    purpose: epochKeyPurpose,
    context: epochContext(chatId, epochKey.epoch, epochKey.keyId),
    sender: {
      userId: sender.userId,
      deviceId: sender.keys.deviceId,
      identitySeed: sender.keys.identity.seed,
    },
    recipients,
    random,
  });
  return outcomes.flatMap((outcome, index) => {
    const recipient = recipients[index];
    if (!recipient || !('sealed' in outcome)) return [];
    const { ephemeralPublicKey, ciphertext } = outcome.sealed;
    const { userId, deviceId } = recipient;
    return [{ userId, deviceId, ephemeralPublicKey, encryptedKey: ciphertext }];
  });
}
