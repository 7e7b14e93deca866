import {
  epochKeyFrom,
  equalBytes,
  isCryptoError,
  openSigned,
  toHex,
  unwrapKey,
  uuidBytes,
  wrapKey,
} from '@sotto/crypto';
import type { EpochKey } from '@sotto/crypto';
import { epochSchema, timeMsSchema } from '@sotto/protocol';
import type { ChatId, EpochKeys, UserId } from '@sotto/protocol';
import * as z from 'zod/mini';
import { isClientError } from '../client-error.ts';
import type { DeviceKeys } from '../devices/device-keys.ts';
import { be64 } from '../engine/byte-encoding.ts';
import type { RandomSource } from '../platform.ts';
import { bytesField } from '../storage/bytes-field.ts';
import { keysUnder } from '../storage/record-keys.ts';
import type { SealedStore } from '../storage/sealed-store.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { OpenVault } from '../vault/open-vault.ts';

const keyAtRestSchema = z.object({
  epoch: epochSchema,
  key: bytesField,
  timestampMs: timeMsSchema,
});

export const epochKeyPurpose = 'chat-epoch-key';

/** What a wrap or seal of an epoch key is bound to: chat, epoch and key id. */
export function epochContext(chatId: string, epoch: number, keyId: Uint8Array): Uint8Array[] {
  return [uuidBytes(chatId), be64(epoch), keyId];
}

export function wrapIntoVault(options: {
  vault: OpenVault;
  chatId: ChatId;
  epochKey: EpochKey;
  random: RandomSource;
}): Promise<Uint8Array> {
  const { vault, chatId, epochKey, random } = options;
  return wrapKey({
    wrappingKey: vault.keys.keyWrapKey,
    purpose: epochKeyPurpose,
    context: epochContext(chatId, epochKey.epoch, epochKey.keyId),
    key: epochKey.key,
    random,
  });
}

/** The epoch keys this account holds, sealed at rest under `<chat>/<key id>`. */
export interface KeyRing {
  find(chatId: ChatId, keyId: Uint8Array): Promise<EpochKey | undefined>;
  /** The key to encrypt with: the highest epoch held. Never a lower one than was held before. */
  current(chatId: ChatId): Promise<EpochKey | undefined>;
  add(chatId: ChatId, epochKey: EpochKey): Promise<void>;
  /**
   * Opens what the relay offers of an epoch: the vault's own wrap, or the seal for this device if a
   * certified device of a member made it. Undefined when neither holds.
   */
  open(chatId: ChatId, members: readonly UserId[], offer: EpochKeys): Promise<EpochKey | undefined>;
}

export function createKeyRing(options: {
  store: SealedStore;
  vault: OpenVault;
  keys: DeviceKeys;
  trust: TrustStore;
}): KeyRing {
  const { store, vault, keys, trust } = options;
  const rings = new Map<ChatId, Promise<Map<string, EpochKey>>>();

  function ring(chatId: ChatId): Promise<Map<string, EpochKey>> {
    let found = rings.get(chatId);
    if (!found) {
      found = load(chatId);
      rings.set(chatId, found);
      found.catch(() => rings.delete(chatId));
    }
    return found;
  }

  async function load(chatId: ChatId): Promise<Map<string, EpochKey>> {
    // A damaged key is fetched from the relay again.
    const rows = await store.range(
      'keys',
      keysUnder(`${chatId}/`),
      keyAtRestSchema,
      () => undefined,
    );
    const opened = await Promise.all(rows.map(({ value }) => epochKeyFrom({ ...value, chatId })));
    return new Map(opened.map((epochKey) => [toHex(epochKey.keyId), epochKey]));
  }

  async function openVaultWrap(chatId: ChatId, offer: EpochKeys): Promise<Uint8Array | undefined> {
    if (!offer.vaultWrap) return undefined;
    return await unwrapKey({
      wrappingKey: vault.keys.keyWrapKey,
      purpose: epochKeyPurpose,
      context: epochContext(chatId, offer.epoch, offer.keyId),
      wrapped: offer.vaultWrap,
    }).catch(noneIfRefused);
  }

  async function openDeviceWrap(
    chatId: ChatId,
    members: readonly UserId[],
    offer: EpochKeys,
  ): Promise<Uint8Array | undefined> {
    const wrap = offer.deviceWrap;
    if (!wrap || wrap.deviceId !== keys.deviceId || !members.includes(wrap.sealedByUserId)) {
      return undefined;
    }
    const sealer = await trust
      .device(wrap.sealedByUserId, wrap.sealedByDeviceId)
      .catch((error: unknown) => {
        if (isClientError(error, 'rollback') || isClientError(error, 'untrusted')) return undefined;
        throw error;
      });
    if (!sealer) return undefined;
    // A former device, lost or stolen, explains the first key of a chat, never a newer or another one.
    if (!sealer.current && (await ring(chatId)).size > 0) return undefined;
    return await openSigned({
      ephemeralPublicKey: wrap.ephemeralPublicKey,
      ciphertext: wrap.encryptedKey,
      purpose: epochKeyPurpose,
      context: epochContext(chatId, offer.epoch, offer.keyId),
      sender: {
        userId: wrap.sealedByUserId,
        deviceId: wrap.sealedByDeviceId,
        identityKey: sealer.identityKey,
      },
      recipient: {
        userId: vault.userId,
        deviceId: keys.deviceId,
        publicKey: keys.sealing.publicKey,
        privateKey: keys.sealing.privateKey,
      },
    }).catch(noneIfRefused);
  }

  return {
    async find(chatId, keyId) {
      return (await ring(chatId)).get(toHex(keyId));
    },
    async current(chatId) {
      let best: EpochKey | undefined;
      for (const epochKey of (await ring(chatId)).values()) {
        if (!best || comesAfter(epochKey, best)) best = epochKey;
      }
      return best;
    },
    async add(chatId, epochKey) {
      const { epoch, key, timestampMs } = epochKey;
      const id = toHex(epochKey.keyId);
      const held = await ring(chatId);
      if (held.has(id)) return;
      await store.write([await store.seal('keys', `${chatId}/${id}`, { epoch, key, timestampMs })]);
      held.set(id, epochKey);
    },
    async open(chatId, members, offer) {
      const key =
        (await openVaultWrap(chatId, offer)) ?? (await openDeviceWrap(chatId, members, offer));
      if (key?.length !== 32) return undefined;
      const { epoch, timestampMs } = offer;
      const epochKey = await epochKeyFrom({ key, chatId, epoch, timestampMs });
      const named =
        equalBytes(epochKey.keyId, offer.keyId) &&
        equalBytes(epochKey.commitment, offer.commitment);
      return named ? epochKey : undefined;
    },
  };
}

/** Two keys of one epoch: the lower id wins, so that all sides choose alike. */
function comesAfter(one: EpochKey, other: EpochKey): boolean {
  if (one.epoch !== other.epoch) return one.epoch > other.epoch;
  return toHex(one.keyId) < toHex(other.keyId);
}

function noneIfRefused(error: unknown): undefined {
  if (isCryptoError(error)) return undefined;
  throw error;
}
