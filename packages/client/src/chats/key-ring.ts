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
import { findSealOpener } from '../devices/seal-target.ts';
import { be64 } from '../engine/byte-encoding.ts';
import type { RandomSource } from '../platform.ts';
import { bytesField } from '../storage/bytes-field.ts';
import { keysUnder } from '../storage/record-keys.ts';
import type { SealedStore } from '../storage/sealed-store.ts';
import type { CertifiedDevice } from '../trust/person-trust.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { parseMadeUnder } from './made-under.ts';

const keyAtRestSchema = z.object({
  epoch: epochSchema,
  key: bytesField,
  timestampMs: timeMsSchema,
  madeUnder: z.optional(bytesField),
});

/** An epoch key with the manifests it was made under; absent in epochs from before. */
export interface HeldKey extends EpochKey {
  madeUnder?: Uint8Array | undefined;
}

/** What names an epoch in the context of its seals and wraps. */
type EpochName = Pick<HeldKey, 'epoch' | 'keyId' | 'madeUnder'>;

export const epochKeyPurpose = 'chat-epoch-key';

/** What a wrap or seal of an epoch key is bound to: chat, epoch, key id, and what it was made under. */
export function epochContext(chatId: string, name: EpochName): Uint8Array[] {
  const { epoch, keyId, madeUnder } = name;
  return [uuidBytes(chatId), be64(epoch), keyId, ...(madeUnder ? [madeUnder] : [])];
}

export function wrapIntoVault(options: {
  vault: OpenVault;
  chatId: ChatId;
  epochKey: HeldKey;
  random: RandomSource;
}): Promise<Uint8Array> {
  const { vault, chatId, epochKey, random } = options;
  return wrapKey({
    wrappingKey: vault.keys.keyWrapKey,
    purpose: epochKeyPurpose,
    context: epochContext(chatId, epochKey),
    key: epochKey.key,
    random,
  });
}

/** A key that was opened, and whose word it is that it belongs to the chat: the own vault's, or a member's. */
export interface OpenedKey {
  epochKey: HeldKey;
  givenBy: UserId | 'vault';
}

/** The epoch keys this account holds, sealed at rest under `<chat>/<key id>`. */
export interface KeyRing {
  find(chatId: ChatId, keyId: Uint8Array): Promise<HeldKey | undefined>;
  /** The key to encrypt with: the highest epoch held. Never a lower one than was held before. */
  current(chatId: ChatId): Promise<HeldKey | undefined>;
  add(chatId: ChatId, epochKey: HeldKey): Promise<void>;
  /**
   * Opens what the relay offers of an epoch: the vault's own wrap, or the seal for this device if a
   * certified device of a member made it. Undefined when neither holds.
   */
  open(
    chatId: ChatId,
    members: readonly UserId[],
    offer: EpochKeys,
  ): Promise<OpenedKey | undefined>;
}

export function createKeyRing(options: {
  store: SealedStore;
  vault: OpenVault;
  keys: DeviceKeys;
  trust: TrustStore;
}): KeyRing {
  const { store, vault, keys, trust } = options;
  const rings = new Map<ChatId, Promise<Map<string, HeldKey>>>();

  function ring(chatId: ChatId): Promise<Map<string, HeldKey>> {
    let found = rings.get(chatId);
    if (!found) {
      found = load(chatId);
      rings.set(chatId, found);
      found.catch(() => rings.delete(chatId));
    }
    return found;
  }

  async function load(chatId: ChatId): Promise<Map<string, HeldKey>> {
    // A damaged key is fetched from the relay again.
    const rows = await store.range(
      'keys',
      keysUnder(`${chatId}/`),
      keyAtRestSchema,
      () => undefined,
    );
    const opened = await Promise.all(
      rows.map(async ({ value: { madeUnder, ...value } }): Promise<HeldKey> => {
        const epochKey = await epochKeyFrom({ ...value, chatId });
        return { ...epochKey, madeUnder };
      }),
    );
    return new Map(opened.map((epochKey) => [toHex(epochKey.keyId), epochKey]));
  }

  async function openVaultWrap(chatId: ChatId, offer: EpochKeys): Promise<Uint8Array | undefined> {
    if (!offer.vaultWrap) return undefined;
    return await unwrapKey({
      wrappingKey: vault.keys.keyWrapKey,
      purpose: epochKeyPurpose,
      context: epochContext(chatId, offer),
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
    /**
     * A former device, lost or stolen, explains the first key of a chat, and one that names a manifest
     * from when it was a device still: such a key is due for renewal before anything is sent under it.
     */
    const madeBefore = ({ removedAtVersion = 0 }: CertifiedDevice): boolean => {
      if (!offer.madeUnder) return false;
      const owner = parseMadeUnder(offer.madeUnder, members)?.find(
        (one) => one.userId === wrap.sealedByUserId,
      );
      return owner !== undefined && owner.version < removedAtVersion;
    };
    if (!sealer.current && (await ring(chatId)).size > 0 && !madeBefore(sealer)) return undefined;
    const opener = await findSealOpener(keys, wrap.sealedTo);
    if (!opener) return undefined;
    const { sealing, hybrid } = opener.keys;
    return await openSigned({
      ephemeralPublicKey: wrap.ephemeralPublicKey,
      ciphertext: wrap.encryptedKey,
      purpose: epochKeyPurpose,
      context: epochContext(chatId, offer),
      sender: {
        userId: wrap.sealedByUserId,
        deviceId: wrap.sealedByDeviceId,
        identityKey: sealer.identityKey,
      },
      recipient: {
        userId: vault.userId,
        deviceId: keys.deviceId,
        publicKey: sealing.publicKey,
        privateKey: sealing.privateKey,
        ...(opener.hybrid && hybrid && { hybrid }),
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
      const { epoch, key, timestampMs, madeUnder } = epochKey;
      const id = toHex(epochKey.keyId);
      const held = await ring(chatId);
      if (held.has(id)) return;
      const atRest = { epoch, key, timestampMs, madeUnder };
      await store.write([await store.seal('keys', `${chatId}/${id}`, atRest)]);
      held.set(id, epochKey);
    },
    async open(chatId, members, offer) {
      const byVault = await openVaultWrap(chatId, offer);
      const key = byVault ?? (await openDeviceWrap(chatId, members, offer));
      if (key?.length !== 32) return undefined;
      const { epoch, timestampMs, madeUnder } = offer;
      const epochKey = await epochKeyFrom({ key, chatId, epoch, timestampMs });
      const named =
        equalBytes(epochKey.keyId, offer.keyId) &&
        equalBytes(epochKey.commitment, offer.commitment);
      if (!named) return undefined;
      const givenBy = byVault ? 'vault' : offer.deviceWrap?.sealedByUserId;
      return givenBy && { epochKey: { ...epochKey, madeUnder }, givenBy };
    },
  };
}

/** Two keys of one epoch: the lower id wins, so that all sides choose alike. */
function comesAfter(one: HeldKey, other: HeldKey): boolean {
  if (one.epoch !== other.epoch) return one.epoch > other.epoch;
  return toHex(one.keyId) < toHex(other.keyId);
}

function noneIfRefused(error: unknown): undefined {
  if (isCryptoError(error)) return undefined;
  throw error;
}
