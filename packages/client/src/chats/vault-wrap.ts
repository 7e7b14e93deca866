import {
  concatBytes,
  signLabelled,
  toHex,
  unwrapKeyUnder,
  uuidBytes,
  verifyLabelled,
  wrapKey,
} from '@sotto/crypto';
import type { ChatId, DeviceId, UserId } from '@sotto/protocol';
import { deviceIdSchema } from '@sotto/protocol';
import type { DeviceKeys } from '../devices/device-keys.ts';
import type { RandomSource } from '../platform.ts';
import { sealUnderVault } from '../vault/open-vault.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { epochContext, epochKeyPurpose } from './epoch-context.ts';
import type { EpochName } from './epoch-context.ts';

const label = 'vault-wrap-v1';
const keyBytes = 32;
const idBytes = 16;
const signatureBytes = 64;

/**
 * Whoever had the vault open can make what opens with it, a device that was removed included: so the
 * own device that wraps a key signs for it too. Wraps from before hold the key alone.
 */
export interface VaultWrapContents {
  /** 32 bytes. */
  key: Uint8Array;
  vouch: { deviceId: DeviceId; signature: Uint8Array } | undefined;
}

/** An epoch as the signature of who wraps its key names it. */
type Vouched = EpochName & { commitment: Uint8Array };

const fieldsOf = (chatId: ChatId, userId: UserId, deviceId: DeviceId, epoch: Vouched) => [
  uuidBytes(userId),
  uuidBytes(deviceId),
  epoch.commitment,
  ...epochContext(chatId, epoch),
];

/** Wraps key 32 ‖ device id 16 ‖ signature 64 under the vault's newest key. Throws `locked`. */
export async function wrapIntoVault(options: {
  vault: OpenVault;
  keys: Pick<DeviceKeys, 'deviceId' | 'identity'>;
  chatId: ChatId;
  epochKey: Vouched & { key: Uint8Array };
  random: RandomSource;
}): Promise<Uint8Array> {
  const { vault, keys, chatId, epochKey, random } = options;
  const { deviceId, identity } = keys;
  const fields = fieldsOf(chatId, vault.userId, deviceId, epochKey);
  const signature = await signLabelled({ seed: identity.seed, label, fields, random });
  return await sealUnderVault(vault, ({ keyWrapKey }) =>
    wrapKey({
      wrappingKey: keyWrapKey,
      purpose: epochKeyPurpose,
      context: epochContext(chatId, epochKey),
      key: concatBytes(epochKey.key, uuidBytes(deviceId), signature),
      random,
    }),
  );
}

/**
 * Opens a wrap under the vault's key, or under a former one: what was wrapped before a change of the vault
 * key stays as it lies. Undefined for contents of another length. Throws `open_failed` of the crypto package.
 */
export async function unwrapFromVault(options: {
  vault: OpenVault;
  chatId: ChatId;
  epoch: EpochName;
  wrapped: Uint8Array;
}): Promise<VaultWrapContents | undefined> {
  const { vault, chatId, epoch, wrapped } = options;
  const newestFirst = [...vault.formerKeys, vault.keys].toReversed();
  const contents = await unwrapKeyUnder({
    wrappingKeys: newestFirst.map(({ keyWrapKey }) => keyWrapKey),
    purpose: epochKeyPurpose,
    context: epochContext(chatId, epoch),
    wrapped,
  });
  const key = contents.slice(0, keyBytes);
  if (contents.length === keyBytes) return { key, vouch: undefined };
  if (contents.length !== keyBytes + idBytes + signatureBytes) return undefined;
  const deviceId = deviceIdSchema.safeParse(uuidOf(contents.slice(keyBytes, keyBytes + idBytes)));
  if (!deviceId.success) return undefined;
  const signature = contents.slice(keyBytes + idBytes);
  return { key, vouch: { deviceId: deviceId.data, signature } };
}

const uuidOf = (bytes: Uint8Array): string =>
  toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** Whether the device with this identity key signed for this key of this chat. */
export async function verifyVouch(options: {
  chatId: ChatId;
  userId: UserId;
  epoch: Vouched;
  vouch: NonNullable<VaultWrapContents['vouch']>;
  identityKey: Uint8Array;
}): Promise<boolean> {
  const { chatId, userId, epoch, vouch, identityKey } = options;
  const fields = fieldsOf(chatId, userId, vouch.deviceId, epoch);
  return await verifyLabelled({
    publicKey: identityKey,
    label,
    fields,
    signature: vouch.signature,
  });
}
