/**
 * One example of every HTTP request and its answer. Their JSON is frozen in golden/http-v1.json: a change
 * that alters what a released version sends or reads fails.
 */
import type * as z from 'zod/mini';
import type {
  ChatId,
  ClientId,
  DeviceId,
  LinkId,
  RouteName,
  routes,
  UserId,
} from '../src/index.ts';

const uuid = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
const bytes = (length: number, fill: number) => new Uint8Array(length).fill(fill);

const ids = {
  chatId: uuid(1) as ChatId,
  clientId: uuid(2) as ClientId,
  userId: uuid(3) as UserId,
  deviceId: uuid(4) as DeviceId,
  linkId: uuid(5) as LinkId,
};
const otherUserId = uuid(6) as UserId;
const otherDeviceId = uuid(7) as DeviceId;
const nowMs = 1_790_000_000_000;

const profile = { userId: ids.userId, handle: 'ada', displayName: 'Ada', avatarColor: 3 };
const { userId: _, ...ownProfile } = profile;

const vault = {
  version: 2,
  kdf: {
    algorithm: 'PBKDF2-HMAC-SHA256' as const,
    iterations: 600_000,
    salt: bytes(32, 0x11),
  },
  passwordWrap: bytes(60, 0x12),
  recoveryWrap: bytes(60, 0x13),
  body: bytes(200, 0x14),
};

/** After the vault key was changed: wraps sealed to X-Wing keys, and the key sealed to devices. */
const changedVault = {
  ...vault,
  version: 3,
  passwordWrap: bytes(1190, 0x15),
  recoveryWrap: bytes(1190, 0x16),
  deviceWraps: bytes(2800, 0x17),
};

const manifest = { version: 2, body: bytes(300, 0x21), signature: bytes(64, 0x22) };

const device = {
  deviceId: ids.deviceId,
  name: 'Kitchen tablet',
  deviceType: 'web' as const,
  isActive: true,
  createdAtMs: nowMs,
  lastSeenAtMs: null,
  revokedAtMs: null,
};

const oneTimePreKey = { id: 7, publicKey: bytes(33, 0x31) };
const signedPreKey = { id: 2, publicKey: bytes(33, 0x32), signature: bytes(64, 0x33) };
const kemPreKey = { id: 9, publicKey: bytes(1569, 0x34), signature: bytes(64, 0x35) };

const stock = {
  oneTime: 100,
  oneTimeKem: 20,
  signedPreKey: { id: 2, createdAtMs: nowMs },
  lastResortKemPreKeyId: 9,
};

const answer = {
  deviceId: ids.deviceId,
  identityKey: bytes(33, 0x41),
  accountKey: bytes(33, 0x42),
  nonce: bytes(32, 0x43),
  tag: bytes(32, 0x44),
};
const reveal = { publicKey: bytes(32, 0x45), nonce: bytes(32, 0x46) };
const delivery = { ephemeralPublicKey: bytes(32, 0x47), sealed: bytes(300, 0x48) };
const { deviceId: __, ...givenAnswer } = answer;

const newLink = {
  linkId: ids.linkId,
  commitment: bytes(32, 0x49),
  deviceName: 'Work laptop',
  deviceType: 'web' as const,
};
const link = {
  ...newLink,
  createdAtMs: nowMs,
  expiresAtMs: nowMs + 600_000,
  state: 'open' as const,
  answer: null,
  reveal: null,
  delivery: null,
};

/** As version 1 began: sealed to a sealing key, which it does not name. */
const plainWrap = {
  deviceId: ids.deviceId,
  userId: ids.userId,
  ephemeralPublicKey: bytes(32, 0x51),
  encryptedKey: bytes(80, 0x52),
};
const hybridWrap = {
  deviceId: otherDeviceId,
  userId: otherUserId,
  ephemeralPublicKey: bytes(1120, 0x53),
  encryptedKey: bytes(80, 0x54),
  sealedTo: bytes(16, 0x55),
};

const named = {
  epoch: 1,
  keyId: bytes(16, 0x61),
  commitment: bytes(32, 0x62),
  timestampMs: nowMs,
  iterations: 600_000,
};
const firstEpoch = { ...named, deviceWraps: [plainWrap], vaultWrap: bytes(60, 0x63) };
const laterEpoch = {
  ...firstEpoch,
  epoch: 2,
  madeUnder: bytes(112, 0x64),
  deviceWraps: [plainWrap, hybridWrap],
};
const maker = { makerUserId: ids.userId, makerDeviceId: ids.deviceId };
const sealer = { sealedByUserId: ids.userId, sealedByDeviceId: ids.deviceId };

const chat = {
  chatId: ids.chatId,
  kind: 'direct' as const,
  members: [profile],
  headSeq: 7,
  createdAtMs: nowMs,
};

const backup = {
  factorId: uuid(8),
  underRecoveryKey: bytes(100, 0x71),
  underVaultKey: bytes(100, 0x72),
};

type Part<Name extends RouteName, Of extends 'body' | 'response'> = z.output<
  (typeof routes)[Name][Of]
>;

/** Parameters and query as they stand in the address; bodies as a program has them. */
interface GoldenRequest<Name extends RouteName> {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: Part<Name, 'body'>;
  response: Part<Name, 'response'>;
}

export type GoldenRequests = { [Name in RouteName]: GoldenRequest<Name> };

const { chatId, userId, deviceId, linkId } = ids;

export const goldenRequests: GoldenRequests = {
  health: { response: { status: 'ok' } },
  ready: { response: { status: 'unavailable', checks: { database: false } } },
  config: {
    response: {
      supabaseUrl: 'https://chat.example.org',
      publishableKey: 'sb_publishable_x',
      protocol: { oldest: 1, newest: 1 },
      version: '0.1.0',
    },
  },
  getAccount: { response: { profile, vault, manifests: [manifest], devices: [device] } },
  putProfile: { body: ownProfile, response: { profile } },
  putVault: { body: vault, response: { version: 2 } },
  listActivity: {
    query: { before: '12' },
    response: {
      events: [
        {
          id: 11,
          atMs: nowMs,
          action: 'device_revoked',
          deviceId,
          detail: { byDeviceId: otherDeviceId, manifest: 3, quiet: false, place: null },
        },
      ],
      hasMore: true,
    },
  },
  putSecondFactorBackup: { body: backup, response: {} },
  getSecondFactorBackup: { response: { backup } },
  deleteSecondFactorBackup: { response: {} },
  deleteAccount: { body: { deviceId, proof: bytes(64, 0x24) }, response: {} },
  registerDevice: {
    body: {
      deviceId,
      name: device.name,
      deviceType: 'web',
      manifest,
      sessionProof: bytes(64, 0x23),
    },
    response: { device },
  },
  bindDeviceSession: {
    params: { deviceId },
    body: { sessionProof: bytes(64, 0x23) },
    response: {},
  },
  publishManifest: {
    body: { manifest, names: [{ deviceId, name: device.name }] },
    response: {
      devices: [
        device,
        { ...device, deviceId: otherDeviceId, isActive: false, revokedAtMs: nowMs },
      ],
    },
  },
  listManifests: {
    params: { userId },
    query: { after: '1' },
    response: { manifests: [manifest], headVersion: 2 },
  },
  putPreKeys: {
    body: {
      registrationId: 4711,
      signedPreKey,
      lastResortKemPreKey: kemPreKey,
      oneTimePreKeys: [oneTimePreKey],
      oneTimeKemPreKeys: [{ ...kemPreKey, id: 10 }],
    },
    response: stock,
  },
  getPreKeyStock: {
    response: { oneTime: 0, oneTimeKem: 0, signedPreKey: null, lastResortKemPreKeyId: null },
  },
  claimPreKeys: {
    params: { userId, deviceId },
    response: { deviceId, registrationId: 4711, signedPreKey, kemPreKey, oneTimePreKey },
  },
  createDeviceLink: { body: newLink, response: { link } },
  listDeviceLinks: { response: { links: [{ ...link, state: 'answered', answer }] } },
  getDeviceLink: {
    params: { linkId },
    response: { link: { ...link, state: 'delivered', answer, reveal, delivery } },
  },
  answerDeviceLink: {
    params: { linkId },
    body: givenAnswer,
    response: { link: { ...link, state: 'answered', answer } },
  },
  revealDeviceLink: {
    params: { linkId },
    body: reveal,
    response: { link: { ...link, state: 'revealed', answer, reveal } },
  },
  deliverDeviceLink: { params: { linkId }, body: delivery, response: {} },
  endDeviceLink: { params: { linkId }, response: {} },
  findPerson: { query: { handle: 'ada' }, response: { person: profile } },
  createDirectChat: {
    body: { chatId, kind: 'direct', partnerId: otherUserId, epoch: firstEpoch },
    response: { chat, created: true },
  },
  listChats: { query: { after: chatId }, response: { chats: [chat] } },
  getChatKeys: {
    params: { chatId },
    response: {
      epochs: [
        {
          ...named,
          ...maker,
          deviceWrap: { ...plainWrap, ...sealer },
          vaultWrap: bytes(60, 0x63),
          wrappedDevices: [deviceId],
        },
        {
          ...named,
          epoch: 2,
          madeUnder: bytes(112, 0x64),
          ...maker,
          deviceWrap: { ...hybridWrap, ...sealer },
          vaultWrap: null,
          wrappedDevices: [deviceId, otherDeviceId],
        },
      ],
    },
  },
  putChatWraps: {
    params: { chatId, epoch: '2' },
    body: { deviceWraps: [plainWrap, hybridWrap], vaultWrap: bytes(60, 0x63) },
    response: {},
  },
  createEpoch: { params: { chatId }, body: { epoch: laterEpoch }, response: {} },
  listMessages: {
    params: { chatId },
    query: { after: '6', limit: '50' },
    response: {
      messages: [
        {
          chatId,
          seq: 7,
          clientId: ids.clientId,
          senderId: userId,
          senderDeviceId: deviceId,
          ciphertext: bytes(64, 0xc1),
          createdAtMs: nowMs,
        },
      ],
      headSeq: 7,
    },
  },
  sendMessages: {
    params: { chatId },
    body: { messages: [{ clientId: ids.clientId, ciphertext: bytes(64, 0xc1) }] },
    response: { results: [{ seq: 7, createdAtMs: nowMs }] },
  },
};

/** The same routes with the fields that came to be after their first example. */
export const laterRequests: Partial<GoldenRequests> = {
  getAccount: {
    response: { profile, vault: changedVault, manifests: [manifest], devices: [device] },
  },
  putVault: { body: changedVault, response: { version: 3 } },
  publishManifest: {
    body: { manifest, names: [], vault: changedVault },
    response: { devices: [device] },
  },
};
