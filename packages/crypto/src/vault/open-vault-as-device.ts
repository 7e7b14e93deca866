import { assertBytes, equalBytes } from '../encoding/bytes.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import { openSigned, type OpenSignedInput } from '../seal/open-signed.ts';
import { partyFields } from '../seal/seal-binding.ts';
import { nameDeviceKey, parseDeviceWraps, vaultKeySeal, type DeviceWrap } from './device-wraps.ts';
import {
  assertSealedVault,
  openWith,
  type OpenVaultInput,
  type OpenedVault,
} from './open-vault.ts';

/** The sealing keys of a device at one time. */
export type DeviceSealingKeys = Pick<
  OpenSignedInput['recipient'],
  'publicKey' | 'privateKey' | 'hybrid'
>;

/**
 * Opens a vault with the seal that a device of the same account made to this one when it changed the
 * vault key. `findSenderKey` gives the identity key (33 bytes) of a device that the account's newest
 * manifest certifies, and nothing for any other; what it throws comes through.
 *
 * `weak_parameters` and `rollback` come first. `open_failed` if this device, or this key of it, was not
 * sealed to, for a sender without a key, and for any changed byte.
 */
export async function openVaultAsDevice(
  input: OpenVaultInput & {
    /** Of this account. `former`: keys that the device had before; the wrap names the one it is for. */
    recipient: OpenSignedInput['recipient'] & { former?: readonly DeviceSealingKeys[] };
    findSenderKey: (deviceId: string) => Promise<Uint8Array | undefined>;
  },
): Promise<OpenedVault> {
  const { userId, sealedVault, recipient, findSenderKey } = input;
  const { version } = assertSealedVault(input);
  partyFields(recipient);
  const { madeAt, wrap } = deviceWrapIn(sealedVault.deviceWraps, recipient.deviceId);
  if (madeAt > version) throw new CryptoError('open_failed');
  const keys = await keysNamed(wrap.keyName, [recipient, ...(recipient.former ?? [])]);
  const identityKey = await findSenderKey(wrap.senderDeviceId);
  if (identityKey === undefined) throw new CryptoError('open_failed');
  const { publicKey, privateKey, hybrid } = keys;
  return openWith(input, () =>
    openSigned({
      ...vaultKeySeal(userId, madeAt),
      ephemeralPublicKey: wrap.ephemeralPublicKey,
      ciphertext: wrap.ciphertext,
      sender: { userId, deviceId: wrap.senderDeviceId, identityKey },
      recipient: {
        userId: recipient.userId,
        deviceId: recipient.deviceId,
        publicKey,
        privateKey,
        ...(hybrid && { hybrid }),
      },
    }),
  );
}

function deviceWrapIn(
  deviceWraps: Uint8Array | undefined,
  deviceId: string,
): { madeAt: number; wrap: DeviceWrap } {
  try {
    const { madeAt, wraps } = parseDeviceWraps(deviceWraps ?? new Uint8Array(0));
    const wrap = wraps.find(({ recipientDeviceId }) => recipientDeviceId === deviceId);
    if (wrap) return { madeAt, wrap };
  } catch (error) {
    if (!isCryptoError(error)) throw error;
  }
  throw new CryptoError('open_failed');
}

async function keysNamed(
  name: Uint8Array,
  generations: readonly DeviceSealingKeys[],
): Promise<DeviceSealingKeys> {
  for (const keys of generations) {
    const { publicKey } = keys.hybrid ?? keys;
    assertBytes(publicKey, 'recipient.publicKey');
    if (equalBytes(await nameDeviceKey(publicKey), name)) return keys;
  }
  throw new CryptoError('open_failed');
}
