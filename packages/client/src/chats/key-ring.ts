import { epochKeyFrom, equalBytes, isCryptoError, openSigned, toHex } from '@sotto/crypto';
import type { EpochKey } from '@sotto/crypto';
import { epochSchema, timeMsSchema } from '@sotto/protocol';
import type { ChatId, EpochKeys, UserId } from '@sotto/protocol';
import * as z from 'zod/mini';
import { isClientError } from '../client-error.ts';
import type { DeviceKeys } from '../devices/device-keys.ts';
import { findSealOpener } from '../devices/seal-target.ts';
import { bytesField } from '../storage/bytes-field.ts';
import { keysUnder } from '../storage/record-keys.ts';
import type { SealedStore } from '../storage/sealed-store.ts';
import type { CertifiedDevice } from '../trust/person-trust.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { epochContext, epochKeyPurpose } from './epoch-context.ts';
import { parseMadeUnder } from './made-under.ts';
import { unwrapFromVault, verifyVouch } from './vault-wrap.ts';
import type { VaultWrapContents } from './vault-wrap.ts';

const keyAtRestSchema = z.object({
  epoch: epochSchema,
  key: bytesField,
  timestampMs: timeMsSchema,
  madeUnder: z.optional(bytesField),
  unvouched: z.optional(z.boolean()),
});

/** An epoch key with the manifests it was made under; absent in epochs from before. */
export interface HeldKey extends EpochKey {
  madeUnder?: Uint8Array | undefined;
  /** From a vault wrap that no device signed for: it opens messages, but nothing is sent under it or given on. */
  unvouched?: boolean | undefined;
}

/** A key that was opened, and the certified device whose word it is that it belongs to the chat. */
export interface OpenedKey {
  epochKey: HeldKey;
  /** Undefined for an unvouched key. */
  givenBy: { userId: UserId; deviceId: string } | undefined;
}

/** The epoch keys this account holds, sealed at rest under `<chat>/<key id>`. */
export interface KeyRing {
  find(chatId: ChatId, keyId: Uint8Array): Promise<HeldKey | undefined>;
  /** The key to encrypt with: the highest epoch held. Never a lower one than was held before. */
  current(chatId: ChatId): Promise<HeldKey | undefined>;
  add(chatId: ChatId, epochKey: HeldKey): Promise<void>;
  /** Whether the own vault's wrap of an epoch opens and holds this key. */
  isInVault(
    chatId: ChatId,
    members: readonly UserId[],
    offer: EpochKeys,
    epochKey: HeldKey,
  ): Promise<boolean>;
  /**
   * Opens what the relay offers of an epoch: the vault's wrap if a certified own device signed for it,
   * or the seal for this device if a certified device of a member made it; else an unsigned vault wrap,
   * as unvouched. Undefined when nothing holds. Who the relay says made the epoch counts for nothing.
   */
  open(
    chatId: ChatId,
    members: readonly UserId[],
    offer: EpochKeys,
  ): Promise<OpenedKey | undefined>;
}

interface Found {
  key: Uint8Array;
  givenBy: OpenedKey['givenBy'];
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
      rows.map(async ({ value: { madeUnder, unvouched, ...value } }): Promise<HeldKey> => {
        const epochKey = await epochKeyFrom({ ...value, chatId });
        return { ...epochKey, madeUnder, unvouched };
      }),
    );
    return new Map(opened.map((epochKey) => [toHex(epochKey.keyId), epochKey]));
  }

  /**
   * Whether a device's word on a key counts. A former device, lost or stolen, explains the first key of
   * a chat, and one that names a manifest from when it was a device still: such a key is due for renewal
   * before anything is sent under it.
   */
  async function mayGive(
    chatId: ChatId,
    members: readonly UserId[],
    { madeUnder }: EpochKeys,
    giver: { userId: UserId; device: CertifiedDevice },
  ): Promise<boolean> {
    if (giver.device.current) return true;
    if (!madeUnder) return (await ring(chatId)).size === 0;
    const named = parseMadeUnder(madeUnder, members)?.find((one) => one.userId === giver.userId);
    return named !== undefined && named.version < (giver.device.removedAtVersion ?? 0);
  }

  const certified = (userId: UserId, deviceId: string) =>
    trust.device(userId, deviceId).catch((error: unknown) => {
      if (isClientError(error, 'rollback') || isClientError(error, 'untrusted')) return undefined;
      throw error;
    });

  async function openVaultWrap(
    chatId: ChatId,
    members: readonly UserId[],
    offer: EpochKeys,
  ): Promise<Found | undefined> {
    if (!offer.vaultWrap) return undefined;
    const wrapped = offer.vaultWrap;
    const contents: VaultWrapContents | undefined = await unwrapFromVault({
      vault,
      chatId,
      epoch: offer,
      wrapped,
    }).catch(noneIfRefused);
    if (!contents) return undefined;
    const { key, vouch } = contents;
    if (!vouch) return { key, givenBy: undefined };
    const { userId } = vault;
    const { deviceId } = vouch;
    const device = await certified(userId, deviceId);
    if (!device || !(await mayGive(chatId, members, offer, { userId, device }))) return undefined;
    const { identityKey } = device;
    const holds = await verifyVouch({ chatId, userId, epoch: offer, vouch, identityKey });
    return holds ? { key, givenBy: { userId, deviceId } } : undefined;
  }

  async function openDeviceWrap(
    chatId: ChatId,
    members: readonly UserId[],
    offer: EpochKeys,
  ): Promise<Found | undefined> {
    const wrap = offer.deviceWrap;
    if (!wrap || wrap.deviceId !== keys.deviceId || !members.includes(wrap.sealedByUserId)) {
      return undefined;
    }
    const givenBy = { userId: wrap.sealedByUserId, deviceId: wrap.sealedByDeviceId };
    const { userId, deviceId } = givenBy;
    const device = await certified(userId, deviceId);
    if (!device || !(await mayGive(chatId, members, offer, { userId, device }))) return undefined;
    const opener = await findSealOpener(keys, wrap.sealedTo);
    if (!opener) return undefined;
    const { sealing, hybrid } = opener.keys;
    const key = await openSigned({
      ephemeralPublicKey: wrap.ephemeralPublicKey,
      ciphertext: wrap.encryptedKey,
      purpose: epochKeyPurpose,
      context: epochContext(chatId, offer),
      sender: { ...givenBy, identityKey: device.identityKey },
      recipient: {
        userId: vault.userId,
        deviceId: keys.deviceId,
        publicKey: sealing.publicKey,
        privateKey: sealing.privateKey,
        ...(opener.hybrid && hybrid && { hybrid }),
      },
    }).catch(noneIfRefused);
    return key && { key, givenBy };
  }

  return {
    async find(chatId, keyId) {
      return (await ring(chatId)).get(toHex(keyId));
    },
    async current(chatId) {
      let best: HeldKey | undefined;
      for (const epochKey of (await ring(chatId)).values()) {
        if (!best || comesAfter(epochKey, best)) best = epochKey;
      }
      return best;
    },
    async add(chatId, epochKey) {
      const { epoch, key, timestampMs, madeUnder, unvouched } = epochKey;
      const id = toHex(epochKey.keyId);
      const held = await ring(chatId);
      if (held.has(id)) return;
      const atRest = { epoch, key, timestampMs, madeUnder, unvouched };
      await store.write([await store.seal('keys', `${chatId}/${id}`, atRest)]);
      held.set(id, epochKey);
    },
    async isInVault(chatId, members, offer, { key }) {
      const inVault = await openVaultWrap(chatId, members, offer);
      return inVault !== undefined && equalBytes(inVault.key, key);
    },
    async open(chatId, members, offer) {
      const inVault = await openVaultWrap(chatId, members, offer);
      const found = inVault?.givenBy
        ? inVault
        : ((await openDeviceWrap(chatId, members, offer)) ?? inVault);
      if (found?.key.length !== 32) return undefined;
      const { epoch, timestampMs, madeUnder } = offer;
      const epochKey = await epochKeyFrom({ key: found.key, chatId, epoch, timestampMs });
      const named =
        equalBytes(epochKey.keyId, offer.keyId) &&
        equalBytes(epochKey.commitment, offer.commitment);
      if (!named) return undefined;
      const { givenBy } = found;
      const unvouched = givenBy ? undefined : true;
      return { epochKey: { ...epochKey, madeUnder, unvouched }, givenBy };
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
