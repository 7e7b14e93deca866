import { decryptMessage } from '../../chat-key/message.ts';
import { epochKeyFrom } from '../../chat-key/epoch-key.ts';
import { fromHex, toHex } from '../../encoding/hex.ts';
import { be64 } from '../../encoding/integers.ts';
import { fromUtf8, utf8 } from '../../encoding/text.ts';
import { uuidBytes } from '../../encoding/uuid.ts';
import { verifyLabelled } from '../../identity/verify-labelled.ts';
import { verifyDeviceManifest, verifyManifestChain } from '../../log/verify-device-manifest.ts';
import { openSigned } from '../../seal/open-signed.ts';
import { sealingKeyPairFromPrivateKey } from '../../seal/sealing-key-pair.ts';
import { openVaultWithPassword, openVaultWithRecoveryKey } from '../../vault/open-vault.ts';
import { decryptRecord } from '../../vault/record.ts';
import { parseRecoveryKey } from '../../vault/recovery-key.ts';
import { recoverySecret } from '../../vault/vault-secret.ts';
import { openRecoveryWrap } from '../../vault/vault-wrap.ts';
import { altered, refusalOf, type KnownAnswers } from '../known-answer.ts';
import { golden } from './golden-objects.ts';
import { goldenVaultKeys } from './golden-vault-keys.ts';

const alice = '0a1b2c3d-0000-4000-8000-00000000a11c';
const bob = '0a1b2c3d-0000-4000-8000-000000000b0b';
const chat = '0a1b2c3d-0000-4000-8000-00000000c4a7';
const messageId = '0a1b2c3d-0000-4000-8000-000000000001';
const sender = { userId: alice, deviceId: '0a1b2c3d-0000-4000-8000-0000000000a1' };
const recipient = { userId: bob, deviceId: '0a1b2c3d-0000-4000-8000-0000000000b1' };
const text = 'An old message opens for ever. ✓';
const filled = (value: number) => new Uint8Array(32).fill(value);

async function openMessage(ciphertext: Uint8Array): Promise<string> {
  const epochKey = await epochKeyFrom({
    key: filled(23),
    chatId: chat,
    epoch: 1,
    timestampMs: 1_700_000_000_000,
  });
  const place = { epochKey, chatId: chat, sender, messageId };
  return fromUtf8((await decryptMessage({ ...place, ciphertext })).plaintext);
}

async function openSeal(ciphertext: Uint8Array): Promise<string> {
  const payload = await openSigned({
    purpose: 'chat-epoch-key',
    context: [uuidBytes(chat), be64(1)],
    ephemeralPublicKey: fromHex(golden.seal.ephemeralPublicKey),
    ciphertext,
    sender: { ...sender, identityKey: fromHex(golden.devicePublicKey) },
    recipient: { ...recipient, ...(await sealingKeyPairFromPrivateKey(filled(33))) },
  });
  return toHex(payload);
}

async function openSealedWrap(wrap: Uint8Array): Promise<string> {
  const secret = await recoverySecret(alice, parseRecoveryKey(goldenVaultKeys.recoveryKey));
  return toHex(await openRecoveryWrap(wrap, 2, secret));
}

async function verifySuccession(signature: Uint8Array): Promise<string> {
  const { hash } = await verifyDeviceManifest({
    userId: alice,
    accountKey: fromHex(goldenVaultKeys.formerAccountKey),
    body: fromHex(goldenVaultKeys.manifest.body),
    signature,
    previous: { version: 3, hash: filled(75) },
  });
  return toHex(hash);
}

const { vault } = golden;
const sealedVault = {
  version: vault.version,
  kdf: {
    algorithm: 'PBKDF2-HMAC-SHA256' as const,
    iterations: vault.iterations,
    salt: fromHex(vault.salt),
  },
  passwordWrap: fromHex(vault.passwordWrap),
  recoveryWrap: fromHex(vault.recoveryWrap),
  body: fromHex(vault.body),
};

const own = 'made by version 1 of Sotto, kept for ever';

/** Sotto's own formats. */
export const sottoFormats: readonly KnownAnswers[] = [
  {
    algorithm: 'Chat message',
    origin: own,
    native: ['AES-GCM'],
    answers: [
      { compute: () => openMessage(fromHex(golden.message)), expected: text },
      {
        compute: () => refusalOf(() => openMessage(altered(fromHex(golden.message)))),
        expected: 'open_failed',
      },
      {
        compute: () => refusalOf(() => openMessage(fromHex(golden.receipt))),
        expected: 'open_failed',
      },
    ],
  },
  {
    algorithm: 'Signed seal',
    origin: own,
    native: ['X25519', 'Ed25519', 'AES-GCM'],
    answers: [
      { compute: () => openSeal(fromHex(golden.seal.ciphertext)), expected: '17'.repeat(32) },
      {
        compute: () => refusalOf(() => openSeal(altered(fromHex(golden.seal.ciphertext)))),
        expected: 'open_failed',
      },
    ],
  },
  {
    algorithm: 'Device manifest, labelled signature',
    origin: own,
    native: ['Ed25519'],
    answers: [
      {
        compute: async () => {
          const { body, signature } = golden.manifest;
          const entries = [{ body: fromHex(body), signature: fromHex(signature) }];
          const accountKey = fromHex(golden.accountPublicKey);
          const verified = await verifyManifestChain({ userId: alice, accountKey, entries });
          return toHex(verified.at(-1)?.hash ?? new Uint8Array(0));
        },
        expected: golden.manifest.hash,
      },
      {
        compute: () => verifySuccession(fromHex(goldenVaultKeys.manifest.signature)),
        expected: goldenVaultKeys.manifest.hash,
      },
      {
        compute: () =>
          refusalOf(() => verifySuccession(altered(fromHex(goldenVaultKeys.manifest.signature)))),
        expected: 'bad_signature',
      },
      {
        compute: async () =>
          String(
            await verifyLabelled({
              publicKey: fromHex(golden.devicePublicKey),
              label: 'device-proof',
              fields: [uuidBytes(alice), uuidBytes(sender.deviceId)],
              signature: fromHex(golden.labelledSignature),
            }),
          ),
        expected: 'true',
      },
    ],
  },
  {
    algorithm: 'Vault',
    origin: own,
    native: ['PBKDF2', 'AES-GCM'],
    answers: [
      {
        compute: async () => {
          const chatPassword = 'golden chat pässword';
          return toHex(
            (await openVaultWithPassword({ userId: alice, chatPassword, sealedVault })).vaultKey,
          );
        },
        expected: vault.vaultKey,
      },
      {
        compute: async () => {
          const { recoveryKey } = vault;
          const opened = await openVaultWithRecoveryKey({
            userId: alice,
            recoveryKey,
            sealedVault,
          });
          return toHex(opened.contents.accountSeed);
        },
        expected: vault.accountSeed,
      },
    ],
  },
  {
    algorithm: 'Vault key, sealed to a recovery key',
    origin: own,
    native: ['X25519', 'AES-GCM'],
    answers: [
      {
        compute: () => openSealedWrap(fromHex(goldenVaultKeys.recoveryWrap)),
        expected: goldenVaultKeys.vaultKey,
      },
      {
        compute: () =>
          refusalOf(() => openSealedWrap(altered(fromHex(goldenVaultKeys.recoveryWrap)))),
        expected: 'open_failed',
      },
    ],
  },
  {
    algorithm: 'Local record',
    origin: own,
    native: ['AES-GCM'],
    answers: [
      {
        compute: async () => {
          const context = [utf8('messages'), uuidBytes(messageId)];
          const ciphertext = fromHex(golden.record);
          return fromUtf8(await decryptRecord({ key: filled(22), context, ciphertext }));
        },
        expected: text,
      },
    ],
  },
];
