/** The inputs from which the golden files were made; they never change. */
import {
  alice,
  alicePhone,
  bob,
  bobLaptop,
  chat,
  filled,
  messageId,
  seededRandom,
} from '../building/builders.ts';
import { be64 } from '../../src/encoding/integers.ts';
import { toHex } from '../../src/encoding/hex.ts';
import { utf8 } from '../../src/encoding/text.ts';
import { uuidBytes } from '../../src/encoding/uuid.ts';
import * as sotto from '../../src/index.ts';
import { sealVault } from '../../src/vault/sealed-vault.ts';

export const chatPassword = 'golden chat pässword';
export const plaintext = utf8('An old message opens for ever. ✓');
export const sealContext = { purpose: 'chat-epoch-key', context: [uuidBytes(chat), be64(1)] };
export const recordContext = [utf8('messages'), uuidBytes(messageId)];
export const wrapBinding = {
  wrappingKey: filled(32, 21),
  purpose: 'epoch-key',
  context: recordContext,
};
export const recordKey = filled(32, 22);
export const epochKeyInput = {
  key: filled(32, 23),
  chatId: chat,
  epoch: 1,
  timestampMs: 1_700_000_000_000,
};
export const sender = { userId: alice, deviceId: alicePhone };
export const recipient = { userId: bob, deviceId: bobLaptop };
export const seeds = { account: filled(32, 31), device: filled(32, 32), sealing: filled(32, 33) };

/** Everything that a golden file holds, made afresh from fixed randomness. */
export async function makeGolden() {
  const account = await sotto.identityKeyPairFromSeed(seeds.account);
  const device = await sotto.identityKeyPairFromSeed(seeds.device);
  const sealing = await sotto.sealingKeyPairFromPrivateKey(seeds.sealing);
  const epochKey = await sotto.epochKeyFrom(epochKeyInput);
  const random = (seed: number) => ({ random: seededRandom(seed) });
  const inChat = { epochKey, chatId: chat, sender, messageId, counter: 7, plaintext };
  const seal = await sotto.sealSigned({
    ...sealContext,
    payload: epochKeyInput.key,
    sender: { ...sender, identitySeed: seeds.device },
    recipient: { ...recipient, publicKey: sealing.publicKey },
    ...random(1),
  });
  const vault = await sotto.createVault({ userId: alice, chatPassword, ...random(2) });
  const manifest = await sotto.signDeviceManifest({
    accountSeed: seeds.account,
    manifest: {
      userId: alice,
      version: 1,
      previousHash: filled(32, 0),
      accountKey: account.publicKey,
      devices: [
        {
          deviceId: alicePhone,
          number: 1,
          nameHash: filled(32, 34),
          identityKey: device.publicKey,
          sealingKey: sealing.publicKey,
          addedAtMs: 1_700_000_000_001,
        },
      ],
      timeMs: 1_700_000_000_002,
    },
    ...random(3),
  });
  const history = new sotto.ChatKeyHistory({ chatId: chat });
  await history.add(epochKey);
  const sealedVault = await asVersion1(vault, seededRandom(2));
  const label = { label: 'device-proof', fields: [uuidBytes(alice), uuidBytes(alicePhone)] };
  return {
    keys: {
      accountPublicKey: toHex(account.publicKey),
      devicePublicKey: toHex(device.publicKey),
      sealingPublicKey: toHex(sealing.publicKey),
    },
    epochKey: { keyId: toHex(epochKey.keyId), commitment: toHex(epochKey.commitment) },
    message: toHex(await sotto.encryptMessage({ ...inChat, ...random(4) })),
    receipt: toHex(await sotto.encryptReceipt({ ...inChat, ...random(5) })),
    history: toHex(history.serialize()),
    seal: {
      ephemeralPublicKey: toHex(seal.ephemeralPublicKey),
      ciphertext: toHex(seal.ciphertext),
    },
    vault: {
      recoveryKey: vault.recoveryKey,
      vaultKey: toHex(vault.vaultKey),
      accountSeed: toHex(vault.accountKey.seed),
      version: sealedVault.version,
      iterations: sealedVault.kdf.iterations,
      salt: toHex(sealedVault.kdf.salt),
      passwordWrap: toHex(sealedVault.passwordWrap),
      recoveryWrap: toHex(sealedVault.recoveryWrap),
      body: toHex(sealedVault.body),
    },
    manifest: {
      body: toHex(manifest.body),
      signature: toHex(manifest.signature),
      hash: toHex(manifest.hash),
    },
    record: toHex(
      await sotto.encryptRecord({
        key: recordKey,
        context: recordContext,
        plaintext,
        ...random(6),
      }),
    ),
    wrappedKey: toHex(
      await sotto.wrapKey({ ...wrapBinding, key: epochKeyInput.key, ...random(7) }),
    ),
    labelledSignature: toHex(
      await sotto.signLabelled({ seed: seeds.device, ...label, ...random(8) }),
    ),
    safetyCode: await sotto.safetyCode({
      ourUserId: alice,
      ourAccountKey: account.publicKey,
      theirUserId: bob,
      theirAccountKey: device.publicKey,
    }),
  };
}

/**
 * The vault as it was made while its contents had no public keys: the same draws, so the same wraps, and
 * the body with the last of them.
 */
async function asVersion1(vault: sotto.CreatedVault, random: sotto.RandomSource) {
  const { version, kdf } = vault.sealedVault;
  random(4 * 32 + 2 * 12);
  const contents = { accountSeed: vault.accountKey.seed };
  const place = { userId: alice, version, kdf };
  return sealVault(place, vault.sealedVault, vault.vaultKey, contents, random);
}
