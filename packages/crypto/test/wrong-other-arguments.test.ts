/** Wrong arguments for passwords, tags and small functions, and proof that no export has no case. */
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import * as sotto from '../src/index.ts';
import * as secondFactor from '../src/second-factor.ts';
import * as vaultKeys from '../src/vault-keys.ts';
import {
  alice,
  alicePhone,
  bob,
  bobLaptop,
  chat,
  filled,
  seededRandom,
} from './building/builders.ts';
import { refusesWrongArguments, type Case } from './building/wrong-arguments.ts';

const onlyRandomness = 'takes nothing but a source of randomness';
const sessions = 'has its cases in test/session';
const byMethod = 'its methods have cases under names of their own';

/** Exported functions without a case of their name, each with the reason. */
const exempt: Record<string, string> = {
  AttachmentDecryptor: 'decryptAttachment hands its arguments on to it',
  AttachmentEncryptor: 'encryptAttachment hands its arguments on to it',
  CryptoError: 'an error, made here only',
  GroupCipher: byMethod,
  GroupLog: 'src/log/group-log.test.ts feeds it; its bytes are parseGroupEntry’s',
  GroupSessionBuilder: 'takes a store, and a message that SenderKeyDistributionMessage has checked',
  InMemorySenderKeyStore: 'takes no argument',
  SenderKeyMessage: byMethod,
  SenderKeyRecord: byMethod,
  SessionBuilder: sessions,
  SessionCipher: sessions,
  generateAgreementKeyPair: onlyRandomness,
  generateHybridKeyPair: onlyRandomness,
  generateIdentityKeyPair: onlyRandomness,
  generateKyberPreKey: sessions,
  generateLinkSecret: onlyRandomness,
  generatePreKeys: sessions,
  generateRecoveryKey: onlyRandomness,
  generateSealingKeyPair: onlyRandomness,
  generateSessionKeypair: onlyRandomness,
  generateSignedPreKey: sessions,
  identityAgreementKeyPair: sessions,
  isCryptoError: 'takes anything',
  isNewerAdmission: 'compares two admissions that verifyAdmission has checked',
  parsePreKeySignalMessage: sessions,
  parseSignalMessage: sessions,
  suggestPassphrase: 'takes options only; src/vault/password.test.ts has the wrong ones',
  systemRandom: 'is itself a source of randomness',
  verifyGroupLog: 'makes a GroupLog and hands its arguments on',
};

let cases: Record<string, Case>;

beforeAll(async () => {
  const random = seededRandom(41);
  const account = await sotto.generateIdentityKeyPair({ random });
  const sealing = await sotto.generateSealingKeyPair({ random });
  const vault = await sotto.createVault({ userId: alice, chatPassword: 'pw', random });
  const { sealedVault, vaultKey } = vault;
  const signed = await sotto.signDeviceManifest({
    manifest: {
      userId: alice,
      version: 1,
      previousHash: filled(32, 0),
      accountKey: account.publicKey,
      devices: [],
      timeMs: 1,
    },
    accountSeed: account.seed,
  });
  const { body, signature } = signed;
  const recipients = [{ userId: bob, deviceId: bobLaptop, publicKey: sealing.publicKey }];
  const answer = {
    deviceId: alicePhone,
    identityKey: account.publicKey,
    accountKey: account.publicKey,
    nonce: filled(32, 8),
  };
  cases = {
    createEpochKey: {
      call: sotto.createEpochKey,
      args: { password: 'pw', chatId: chat, epoch: 1, timestampMs: 1 },
    },
    deriveChatKey: {
      call: ({ password, chatId }: { password: string; chatId: string }) =>
        sotto.deriveChatKey(password, chatId),
      args: { password: 'pw', chatId: chat },
    },
    createVault: { call: sotto.createVault, args: { userId: alice, chatPassword: 'pw' } },
    openVaultWithPassword: {
      call: (args: { userId: string; chatPassword: string }) =>
        sotto.openVaultWithPassword({ sealedVault, ...args }),
      args: { userId: alice, chatPassword: 'pw' },
    },
    rewrapVault: {
      call: (args: { userId: string; vaultKey: Uint8Array; newChatPassword: string }) =>
        sotto.rewrapVault({ sealedVault, ...args }),
      args: { userId: alice, vaultKey, newChatPassword: 'new' },
    },
    ChatKeyHistory: {
      call: ({ chatId, keyId }: { chatId: string; keyId: Uint8Array }) =>
        new sotto.ChatKeyHistory({ chatId }).find(keyId),
      args: { chatId: chat, keyId: filled(16, 1) },
      lengths: { keyId: 'any' },
    },
    equalBytes: {
      call: ({ a, b }: { a: Uint8Array; b: Uint8Array }) => sotto.equalBytes(a, b),
      args: { a: filled(3, 1), b: filled(3, 1) },
      lengths: { a: 'any', b: 'any' },
    },
    zeroize: {
      call: ({ value }: { value: Uint8Array }) => {
        sotto.zeroize(value);
      },
      args: { value: filled(3, 1) },
      lengths: { value: 'any' },
    },
    sealMany: {
      call: (args: { payload: Uint8Array; purpose: string; sender: sotto.SealSender }) =>
        sotto.sealMany({ context: [], recipients, ...args }),
      args: {
        payload: filled(3, 1),
        purpose: 'test',
        sender: { userId: alice, deviceId: alicePhone, identitySeed: account.seed },
      },
      lengths: { payload: 'any' },
    },
    senderKeyNameOf: {
      call: ({ groupId, ...address }: { groupId: string; userId: string; deviceNumber: number }) =>
        sotto.senderKeyNameOf({
          groupId,
          epochHash: filled(32, 1),
          sender: { ...address, deviceId: alicePhone },
          messageId: chat,
        }),
      args: { groupId: chat, userId: alice, deviceNumber: 1 },
    },
    sealedAttachmentBytes: {
      call: ({ size }: { size: number }) => sotto.sealedAttachmentBytes(size),
      args: { size: 1 },
    },
    tagDeviceLinkAnswer: {
      call: ({ secret, ...binding }: { secret: Uint8Array } & sotto.DeviceLinkTagBinding) =>
        sotto.tagDeviceLinkAnswer(secret, binding),
      args: {
        secret: filled(32, 6),
        userId: alice,
        linkId: chat,
        commitment: filled(32, 7),
        answer,
      },
      lengths: { 'answer.identityKey': 'bad_key', 'answer.accountKey': 'bad_key' },
    },
    tagGuestBundle: {
      call: ({ secret, ...binding }: { secret: Uint8Array } & sotto.GuestBundleBinding) =>
        sotto.tagGuestBundle(secret, binding),
      args: {
        secret: filled(32, 6),
        meetingId: chat,
        guestSessionId: bob,
        bundle: filled(3, 1),
      },
      lengths: { bundle: 'any' },
    },
    verifyManifestChain: {
      call: sotto.verifyManifestChain,
      args: { userId: alice, accountKey: account.publicKey, entries: [{ body, signature }] },
      lengths: { 'entries.0.body': 'bad_signature', 'entries.0.signature': 'bad_signature' },
    },
  };
});

refusesWrongArguments(() => cases, {}, 200);

it('has a case, or a reason to have none, for every exported function', () => {
  const folder = new URL('.', import.meta.url);
  const named = new Set<string>();
  for (const file of readdirSync(folder).filter((name) => /^wrong-.*\.test\.ts$/.test(name))) {
    const [, text = ''] = readFileSync(new URL(file, folder), 'utf8').split('\n  cases = {\n');
    for (const [, name = ''] of text.matchAll(/^ {4}(\w+): \{/gm)) named.add(name);
  }
  const functions = Object.entries({ ...sotto, ...secondFactor, ...vaultKeys })
    .filter(([, value]) => typeof value === 'function')
    .map(([name]) => name);

  expect(functions.filter((name) => !named.has(name) && !(name in exempt))).toEqual([]);
  expect(
    Object.keys(exempt).filter((name) => named.has(name) || !functions.includes(name)),
  ).toEqual([]);
});
