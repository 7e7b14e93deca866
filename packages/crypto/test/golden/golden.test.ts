import { describe, expect, it } from 'vitest';
import { alice, chat, messageId } from '../building/builders.ts';
import { onEachBackEnd } from '../known-answers/on-each-back-end.ts';
import { fromHex } from '../../src/encoding/hex.ts';
import * as sotto from '../../src/index.ts';
import {
  chatPassword,
  epochKeyInput,
  makeGolden,
  plaintext,
  recipient,
  recordContext,
  recordKey,
  sealContext,
  seeds,
  sender,
  wrapBinding,
} from './golden-values.ts';
import golden from './v1.json' with { type: 'json' };

onEachBackEnd('What version 1 made', () => {
  it('opens: message, receipt and history', async () => {
    const epochKey = await sotto.epochKeyFrom(epochKeyInput);
    const place = { epochKey, chatId: chat, sender, messageId };

    const message = await sotto.decryptMessage({ ...place, ciphertext: fromHex(golden.message) });
    const receipt = await sotto.decryptReceipt({ ...place, ciphertext: fromHex(golden.receipt) });
    const history = await sotto.ChatKeyHistory.parse(fromHex(golden.history));

    expect(message).toEqual({ plaintext, counter: 7 });
    expect(receipt).toEqual({ plaintext, counter: 7 });
    expect(history.find(fromHex(golden.epochKey.keyId))).toEqual(epochKey);
  });

  it('opens: signed seal', async () => {
    const { publicKey, privateKey } = await sotto.sealingKeyPairFromPrivateKey(seeds.sealing);

    const payload = await sotto.openSigned({
      ...sealContext,
      ephemeralPublicKey: fromHex(golden.seal.ephemeralPublicKey),
      ciphertext: fromHex(golden.seal.ciphertext),
      sender: { ...sender, identityKey: fromHex(golden.keys.devicePublicKey) },
      recipient: { ...recipient, publicKey, privateKey },
    });

    expect(payload).toEqual(epochKeyInput.key);
  });

  it('opens: record and wrapped key', async () => {
    const ciphertext = fromHex(golden.record);
    const wrapped = fromHex(golden.wrappedKey);

    expect(
      await sotto.decryptRecord({ key: recordKey, context: recordContext, ciphertext }),
    ).toEqual(plaintext);
    expect(await sotto.unwrapKey({ ...wrapBinding, wrapped })).toEqual(epochKeyInput.key);
  });

  it('verifies: manifest', async () => {
    const { body, signature, hash } = golden.manifest;
    const entries = [{ body: fromHex(body), signature: fromHex(signature) }];
    const accountKey = fromHex(golden.keys.accountPublicKey);

    const [verified] = await sotto.verifyManifestChain({ userId: alice, accountKey, entries });

    expect(verified?.hash).toEqual(fromHex(hash));
  });

  it('is what this version makes from the same randomness', { timeout: 60_000 }, async () => {
    expect(await makeGolden()).toEqual(golden);
  });
});

describe('The vault of version 1', () => {
  const { vault } = golden;
  const sealedVault: sotto.SealedVault = {
    version: vault.version,
    kdf: {
      algorithm: 'PBKDF2-HMAC-SHA256',
      iterations: vault.iterations,
      salt: fromHex(vault.salt),
    },
    passwordWrap: fromHex(vault.passwordWrap),
    recoveryWrap: fromHex(vault.recoveryWrap),
    body: fromHex(vault.body),
  };
  const expected = {
    vaultKey: fromHex(vault.vaultKey),
    contents: { version: 1, accountSeed: fromHex(vault.accountSeed), formerVaultKeys: [] },
  };

  it('opens with its chat password', async () => {
    expect(await sotto.openVaultWithPassword({ userId: alice, chatPassword, sealedVault })).toEqual(
      expected,
    );
  });

  it('opens with its recovery key', async () => {
    const { recoveryKey } = vault;
    expect(
      await sotto.openVaultWithRecoveryKey({ userId: alice, recoveryKey, sealedVault }),
    ).toEqual(expected);
  });
});
