import type {
  ChatId,
  DeviceId,
  DeviceRecord,
  DeviceType,
  DeviceWrap,
  NewEpoch,
  Profile,
  UserId,
  VaultRecord,
} from '@sotto/protocol';
import { limits } from '@sotto/protocol';
import type { routes } from '@sotto/protocol';
import type * as z from 'zod/mini';
import type { PostgrestClient } from './postgrest-client.ts';
import * as row from './rows.ts';

type PublishedPreKeys = z.output<(typeof routes)['putPreKeys']['body']>;

/** A verified manifest, ready to be stored. */
export interface VerifiedManifest {
  version: number;
  body: Uint8Array;
  signature: Uint8Array;
  hash: Uint8Array;
  previousHash: Uint8Array;
  accountKey: Uint8Array;
  /** The account key of the manifest before, where that is another one and endorsed this one. */
  formerAccountKey: Uint8Array | undefined;
}

/** A device with the keys its account's manifest certifies. */
export interface CertifiedDevice {
  deviceId: DeviceId;
  number: number;
  name: string;
  deviceType: DeviceType;
  identityKey: Uint8Array;
  publicKey: Uint8Array;
  hybridPublicKey: Uint8Array | undefined;
  nameHash: Uint8Array;
}

/** A device as a new manifest lists it, with its name where that is new. */
export type ListedDevice = Omit<CertifiedDevice, 'name' | 'deviceType'> & {
  name: string | undefined;
};

/** Database functions by name, typed; each a thin call, each failing as `PostgrestClient.call` does. */
export class Database {
  readonly #client: PostgrestClient;

  constructor(client: PostgrestClient) {
    this.#client = client;
  }

  async #call<Schema extends z.ZodMiniType>(
    name: string,
    parameters: Record<string, unknown>,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    return schema.parse(await this.#client.call(name, parameters));
  }

  authorise(userId: UserId, sessionId: string, deviceId: DeviceId | undefined) {
    return this.#call(
      'relay_authorise',
      { p_user: userId, p_session: sessionId, p_device: deviceId ?? null },
      row.authorisationRow,
    );
  }

  getAccount(userId: UserId) {
    return this.#call('relay_get_account', { p_user: userId }, row.accountRow);
  }

  putProfile(userId: UserId, sessionId: string, profile: Omit<Profile, 'userId'>) {
    return this.#call(
      'relay_put_profile',
      {
        p_user: userId,
        p_handle: profile.handle,
        p_display_name: profile.displayName,
        p_avatar_color: profile.avatarColor,
        p_session: sessionId,
      },
      row.profileRow,
    );
  }

  putVault(userId: UserId, sessionId: string, vault: VaultRecord) {
    return this.#call(
      'relay_put_vault',
      { p_user: userId, p_session: sessionId, p_vault: row.storedVault(vault) },
      row.versionRow,
    );
  }

  registerDevice(
    userId: UserId,
    sessionId: string,
    device: CertifiedDevice,
    manifest: VerifiedManifest,
  ): Promise<DeviceRecord> {
    return this.#call(
      'relay_register_device',
      {
        p_user: userId,
        p_session: sessionId,
        p_device: row.storedObject(device),
        p_manifest: row.storedObject(manifest),
      },
      row.deviceRow,
    );
  }

  /**
   * Appends a manifest, makes the account's devices what it lists and stores the vault, or nothing of it;
   * answers all devices.
   */
  publishManifest(
    userId: UserId,
    deviceId: DeviceId,
    manifest: VerifiedManifest,
    devices: readonly ListedDevice[],
    vault: VaultRecord | undefined,
  ): Promise<DeviceRecord[]> {
    return this.#call(
      'relay_publish_manifest',
      {
        p_user: userId,
        p_device: deviceId,
        p_manifest: row.storedObject(manifest),
        p_devices: devices.map(row.storedObject),
        p_vault: vault && row.storedVault(vault),
      },
      row.devicesRow,
    );
  }

  putPreKeys(userId: UserId, deviceId: DeviceId, preKeys: PublishedPreKeys) {
    const { signedPreKey, lastResortKemPreKey } = preKeys;
    return this.#call(
      'relay_put_prekeys',
      {
        p_user: userId,
        p_device: deviceId,
        p_prekeys: {
          registrationId: preKeys.registrationId,
          signedPreKey: signedPreKey && row.storedObject(signedPreKey),
          lastResortKemPreKey: lastResortKemPreKey && row.storedObject(lastResortKemPreKey),
          oneTimePreKeys: preKeys.oneTimePreKeys.map(row.storedObject),
          oneTimeKemPreKeys: preKeys.oneTimeKemPreKeys.map(row.storedObject),
        },
      },
      row.preKeyStockRow,
    );
  }

  preKeyStock(userId: UserId, deviceId: DeviceId) {
    return this.#call(
      'relay_prekey_stock',
      { p_user: userId, p_device: deviceId },
      row.preKeyStockRow,
    );
  }

  /** Keys of `target`, or how long this device must wait for more of them. */
  claimPreKeys(userId: UserId, deviceId: DeviceId, target: { userId: UserId; deviceId: DeviceId }) {
    return this.#call(
      'relay_claim_prekeys',
      { p_user: userId, p_device: deviceId, p_owner: target.userId, p_target: target.deviceId },
      row.claimRow,
    );
  }

  async bindDeviceSession(userId: UserId, sessionId: string, deviceId: DeviceId): Promise<void> {
    await this.#client.call('relay_bind_device_session', {
      p_user: userId,
      p_session: sessionId,
      p_device: deviceId,
    });
  }

  findPerson(handle: string) {
    return this.#call('relay_find_person', { p_handle: handle }, row.profileRow);
  }

  getPeople(userIds: readonly UserId[]) {
    return this.#call('relay_get_people', { p_users: userIds }, row.peopleRow);
  }

  listManifests(ownerId: UserId, after: number, limit: number) {
    return this.#call(
      'relay_list_manifests',
      { p_user: ownerId, p_after: after, p_limit: limit },
      row.manifestPageRow,
    );
  }

  createDirectChat(
    userId: UserId,
    deviceId: DeviceId,
    chat: { chatId: ChatId; partnerId: UserId; epoch: NewEpoch },
  ) {
    const epoch = row.storedEpoch(chat.epoch);
    return this.#call(
      'relay_create_direct_chat',
      {
        p_user: userId,
        p_device: deviceId,
        p_chat: { chatId: chat.chatId, partnerId: chat.partnerId, epoch },
      },
      row.createdChatRow,
    );
  }

  /** `created` is false where the same epoch was stored before. */
  createEpoch(userId: UserId, deviceId: DeviceId, chatId: ChatId, epoch: NewEpoch) {
    return this.#call(
      'relay_create_epoch',
      { p_user: userId, p_device: deviceId, p_chat: chatId, p_epoch: row.storedEpoch(epoch) },
      row.createdRow,
    );
  }

  listChats(userId: UserId, after: ChatId | undefined) {
    return this.#call(
      'relay_list_chats',
      { p_user: userId, p_after: after ?? null, p_limit: limits.chatsPerPage },
      row.chatPageRow,
    );
  }

  getChatKeys(userId: UserId, deviceId: DeviceId, chatId: ChatId) {
    return this.#call(
      'relay_get_chat_keys',
      { p_user: userId, p_device: deviceId, p_chat: chatId },
      row.chatKeysRow,
    );
  }

  async putChatWraps(
    userId: UserId,
    deviceId: DeviceId,
    chatId: ChatId,
    epoch: number,
    wraps: { deviceWraps: readonly DeviceWrap[]; vaultWrap?: Uint8Array | undefined },
  ): Promise<void> {
    await this.#client.call('relay_put_chat_wraps', {
      p_user: userId,
      p_device: deviceId,
      p_chat: chatId,
      p_epoch: epoch,
      p_device_wraps: wraps.deviceWraps.map(row.storedObject),
      p_vault_wrap: wraps.vaultWrap === undefined ? null : row.base64(wraps.vaultWrap),
    });
  }

  listMessages(userId: UserId, chatId: ChatId, after: number, limit: number) {
    return this.#call(
      'relay_list_messages',
      { p_user: userId, p_chat: chatId, p_after: after, p_limit: limit },
      row.messagePageRow,
    );
  }

  putReceipt(userId: UserId, deviceId: DeviceId, chatId: ChatId, ciphertext: Uint8Array) {
    return this.#call(
      'relay_put_receipt',
      {
        p_user: userId,
        p_device: deviceId,
        p_chat: chatId,
        p_ciphertext: row.base64(ciphertext),
      },
      row.receiptRow,
    );
  }

  async touchDevices(deviceIds: readonly DeviceId[]): Promise<void> {
    await this.#client.call('relay_touch_devices', { p_devices: deviceIds });
  }

  /** Devices revoked and auth sessions ended within the last seconds, by the database's own clock. */
  endedAccess(withinSeconds: number) {
    return this.#call(
      'relay_ended_access',
      { p_within_seconds: withinSeconds },
      row.endedAccessRow,
    );
  }

  /** Has deleted what ran out. */
  async sweep(): Promise<void> {
    await this.#client.call('relay_sweep', {});
  }
}
