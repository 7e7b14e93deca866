/** Every exported function × every argument × wrong types, wrong lengths and views of larger buffers. */
import { beforeAll } from 'vitest';
import * as sotto from '../src/index.ts';
import {
  alice,
  alicePhone,
  bob,
  bobLaptop,
  chat,
  filled,
  messageId,
  seededRandom,
} from './building/builders.ts';
import { refusesWrongArguments, type Case } from './building/wrong-arguments.ts';

let cases: Record<string, Case>;

beforeAll(async () => {
  const random = seededRandom(5);
  const account = await sotto.generateIdentityKeyPair({ random });
  const sealing = await sotto.generateSealingKeyPair({ random });
  const [info, aad, bytes] = [filled(3, 1), filled(4, 2), filled(20, 3)];
  const context = [filled(2, 9)];
  const hpke = await sotto.hpkeSeal({
    recipientPublicKey: sealing.publicKey,
    info,
    aad,
    plaintext: bytes,
  });
  const seal = { purpose: 'test', context };
  const sender = { userId: alice, deviceId: alicePhone };
  const recipient = { userId: bob, deviceId: bobLaptop };
  const sealing1 = { ...seal, payload: bytes, sender: { ...sender, identitySeed: account.seed } };
  const sealed = await sotto.sealSigned({
    ...sealing1,
    recipient: { ...recipient, publicKey: sealing.publicKey },
  });
  const sessionSealing = {
    sessionId: chat,
    sessionSecret: filled(32, 8),
    sender: sealing1.sender,
    recipient: { ...recipient, publicKey: sealing.publicKey },
  };
  const epochKey = await sotto.epochKeyFrom({
    key: filled(32, 1),
    chatId: chat,
    epoch: 1,
    timestampMs: 1,
  });
  const history = { chatId: chat, keys: [{ epoch: 1, keyId: filled(16, 1) }] };
  const place = {
    epochKey: { key: epochKey.key, commitment: epochKey.commitment, epoch: 1 },
    chatId: chat,
    sender,
    messageId,
  };
  const full = { ...place, epochKey };
  const message = await sotto.encryptMessage({ ...full, counter: 1, plaintext: bytes });
  const receipt = await sotto.encryptReceipt({ ...full, counter: 1, plaintext: bytes });
  const manifest: sotto.DeviceManifest = {
    userId: alice,
    version: 1,
    previousHash: filled(32, 0),
    accountKey: account.publicKey,
    devices: [],
    timeMs: 1,
  };
  const signed = await sotto.signDeviceManifest({ manifest, accountSeed: account.seed });
  const label = { label: 'test', fields: [bytes] };
  const labelled = await sotto.signLabelled({ seed: account.seed, ...label });
  const xeddsa = await sotto.signXEdDSA({ seed: account.seed, message: bytes });
  const record = { key: filled(32, 6), context };
  const wrap = { wrappingKey: filled(32, 6), purpose: 'test', context };
  const vault = await sotto.createVault({ userId: alice, chatPassword: 'pw', random });
  const { sealedVault } = vault;
  const vaultLengths = {
    'sealedVault.kdf.salt': 'weak_parameters',
    'sealedVault.passwordWrap': 'open_failed',
    'sealedVault.recoveryWrap': 'open_failed',
    'sealedVault.body': 'open_failed',
  };
  const opened = { plaintext: 'any', payload: 'any', ciphertext: 'open_failed', message: 'any' };
  const one =
    <T>(call: (value: T) => unknown) =>
    ({ value }: { value: T }): unknown =>
      call(value);

  cases = {
    toHex: { call: one(sotto.toHex), args: { value: bytes }, lengths: { value: 'any' } },
    fromHex: { call: one(sotto.fromHex), args: { value: '00' } },
    toBase64: { call: one(sotto.toBase64), args: { value: bytes }, lengths: { value: 'any' } },
    fromBase64: { call: one(sotto.fromBase64), args: { value: 'AA==' } },
    toBase64Url: {
      call: one(sotto.toBase64Url),
      args: { value: bytes },
      lengths: { value: 'any' },
    },
    fromBase64Url: { call: one(sotto.fromBase64Url), args: { value: 'AA' } },
    utf8: { call: one(sotto.utf8), args: { value: 'text' } },
    fromUtf8: { call: one(sotto.fromUtf8), args: { value: bytes }, lengths: { value: 'any' } },
    sha256: { call: one(sotto.sha256), args: { value: bytes }, lengths: { value: 'any' } },
    concatBytes: {
      call: one((value: Uint8Array) => sotto.concatBytes(value)),
      args: { value: bytes },
      lengths: { value: 'any' },
    },
    uuidBytes: { call: one(sotto.uuidBytes), args: { value: alice } },
    uuidFromBytes: { call: one(sotto.uuidFromBytes), args: { value: filled(16, 1) } },
    identityKeyPairFromSeed: {
      call: one(sotto.identityKeyPairFromSeed),
      args: { value: account.seed },
    },
    parseIdentityPublicKey: {
      call: one(sotto.parseIdentityPublicKey),
      args: { value: account.publicKey },
      lengths: { value: 'bad_key' },
    },
    parseSealingPublicKey: {
      call: one(sotto.parseSealingPublicKey),
      args: { value: sealing.publicKey },
      lengths: { value: 'bad_key' },
    },
    sealingKeyPairFromPrivateKey: {
      call: one(sotto.sealingKeyPairFromPrivateKey),
      args: { value: sealing.privateKey },
    },
    signXEdDSA: {
      call: sotto.signXEdDSA,
      args: { seed: account.seed, message: bytes },
      lengths: opened,
    },
    verifyXEdDSA: {
      call: sotto.verifyXEdDSA,
      args: { publicKey: account.publicKey, message: bytes, signature: xeddsa },
      lengths: { publicKey: 'any', message: 'any', signature: 'any' },
    },
    signLabelled: {
      call: sotto.signLabelled,
      args: { seed: account.seed, ...label },
      lengths: { 'fields.0': 'any' },
    },
    verifyLabelled: {
      call: sotto.verifyLabelled,
      args: { publicKey: account.publicKey, ...label, signature: labelled },
      lengths: { publicKey: 'any', signature: 'any', 'fields.0': 'any' },
    },
    hpkeSeal: {
      call: sotto.hpkeSeal,
      args: { recipientPublicKey: sealing.publicKey, info, aad, plaintext: bytes },
      lengths: { info: 'any', aad: 'any', plaintext: 'any' },
    },
    hpkeOpen: {
      call: sotto.hpkeOpen,
      args: { recipientPrivateKey: sealing.privateKey, info, aad, ...hpke },
      lengths: {
        info: 'open_failed',
        aad: 'open_failed',
        ciphertext: 'open_failed',
        enc: 'open_failed',
      },
    },
    sealSigned: {
      call: sotto.sealSigned,
      args: { ...sealing1, recipient: { ...recipient, publicKey: sealing.publicKey } },
      lengths: { payload: 'any', 'recipient.publicKey': 'bad_key', 'context.0': 'any' },
    },
    openSigned: {
      call: sotto.openSigned,
      args: {
        ...seal,
        ...sealed,
        sender: { ...sender, identityKey: account.publicKey },
        recipient: { ...recipient, ...sealing },
      },
      lengths: {
        ciphertext: 'open_failed',
        ephemeralPublicKey: 'open_failed',
        'context.0': 'open_failed',
      },
    },
    sealSessionSecret: {
      call: sotto.sealSessionSecret,
      args: sessionSealing,
      lengths: { 'recipient.publicKey': 'bad_key' },
    },
    sealSessionSecretToMany: {
      call: ({ recipient: to, ...rest }: typeof sessionSealing) =>
        sotto.sealSessionSecretToMany({ ...rest, recipients: [to] }),
      args: { sessionId: chat, sessionSecret: filled(32, 8), sender: sealing1.sender },
    },
    decryptSessionSecret: {
      call: sotto.decryptSessionSecret,
      args: {
        sessionId: chat,
        devicePrivateKey: sealing.privateKey,
        ...(await sotto.sealSessionSecret(sessionSealing)),
        sender: { ...sender, identityKey: account.publicKey },
        recipient,
      },
      lengths: { encryptedSecret: 'open_failed', ephemeralPublicKey: 'open_failed' },
    },
    epochKeyFrom: {
      call: sotto.epochKeyFrom,
      args: { key: filled(32, 1), chatId: chat, epoch: 1, timestampMs: 1 },
    },
    signHistoryHead: { call: sotto.signHistoryHead, args: { history, identitySeed: account.seed } },
    verifyHistoryHead: {
      call: sotto.verifyHistoryHead,
      args: {
        history,
        head: await sotto.signHistoryHead({ history, identitySeed: account.seed }),
        identityKey: account.publicKey,
      },
      lengths: { 'head.signature': 'bad_signature', identityKey: 'bad_signature' },
    },
    parseMessageHeader: {
      call: one(sotto.parseMessageHeader),
      args: { value: message },
      lengths: { value: 'any' },
    },
    encryptMessage: {
      call: sotto.encryptMessage,
      args: { ...place, counter: 1, plaintext: bytes },
      lengths: opened,
    },
    decryptMessage: {
      call: sotto.decryptMessage,
      args: { ...place, ciphertext: message },
      lengths: opened,
    },
    encryptReceipt: {
      call: sotto.encryptReceipt,
      args: { ...place, counter: 1, plaintext: bytes },
      lengths: opened,
    },
    decryptReceipt: {
      call: sotto.decryptReceipt,
      args: { ...place, ciphertext: receipt },
      lengths: opened,
    },
    openVaultWithRecoveryKey: {
      call: sotto.openVaultWithRecoveryKey,
      args: { userId: alice, recoveryKey: vault.recoveryKey, sealedVault },
      lengths: vaultLengths,
    },
    openVaultWithKey: {
      call: sotto.openVaultWithKey,
      args: { userId: alice, vaultKey: vault.vaultKey, sealedVault },
      lengths: vaultLengths,
    },
    updateVault: {
      call: sotto.updateVault,
      args: {
        userId: alice,
        vaultKey: vault.vaultKey,
        sealedVault,
        contents: {
          accountSeed: vault.accountKey.seed,
          anchor: { version: 1, hash: filled(32, 1) },
        },
      },
      lengths: vaultLengths,
    },
    replaceRecoveryKey: {
      call: sotto.replaceRecoveryKey,
      args: { userId: alice, vaultKey: vault.vaultKey, sealedVault },
      lengths: vaultLengths,
    },
    deriveStorageKeys: { call: one(sotto.deriveStorageKeys), args: { value: filled(32, 1) } },
    wrapKey: {
      call: sotto.wrapKey,
      args: { ...wrap, key: filled(4_096, 2) },
      lengths: { 'context.0': 'any', key: 'any' },
    },
    unwrapKey: {
      call: sotto.unwrapKey,
      args: { ...wrap, wrapped: await sotto.wrapKey({ ...wrap, key: filled(32, 2) }) },
      lengths: { wrapped: 'open_failed', 'context.0': 'open_failed' },
    },
    unwrapKeyUnder: {
      call: sotto.unwrapKeyUnder,
      args: {
        purpose: 'test',
        context,
        wrappingKeys: [filled(32, 7), wrap.wrappingKey],
        wrapped: await sotto.wrapKey({ ...wrap, key: filled(32, 2) }),
      },
      lengths: { wrapped: 'open_failed', 'context.0': 'open_failed' },
    },
    encryptRecord: {
      call: sotto.encryptRecord,
      args: { ...record, plaintext: bytes },
      lengths: { plaintext: 'any', 'context.0': 'any' },
    },
    decryptRecord: {
      call: sotto.decryptRecord,
      args: { ...record, ciphertext: await sotto.encryptRecord({ ...record, plaintext: bytes }) },
      lengths: { ciphertext: 'open_failed', 'context.0': 'open_failed' },
    },
    formatRecoveryKey: { call: one(sotto.formatRecoveryKey), args: { value: filled(32, 1) } },
    parseRecoveryKey: { call: one(sotto.parseRecoveryKey), args: { value: vault.recoveryKey } },
    estimatePassword: { call: one(sotto.estimatePassword), args: { value: 'pw' } },
    signDeviceManifest: {
      call: sotto.signDeviceManifest,
      args: { manifest, accountSeed: account.seed },
      lengths: { 'manifest.accountKey': 'bad_key' },
    },
    verifyDeviceManifest: {
      call: sotto.verifyDeviceManifest,
      args: {
        userId: alice,
        accountKey: account.publicKey,
        body: signed.body,
        signature: signed.signature,
      },
      lengths: { body: 'bad_signature', signature: 'bad_signature' },
    },
    parseDeviceManifest: {
      call: one(sotto.parseDeviceManifest),
      args: { value: signed.body },
      lengths: { value: 'bad_encoding' },
    },
    safetyCode: {
      call: sotto.safetyCode,
      args: {
        ourUserId: alice,
        ourAccountKey: account.publicKey,
        theirUserId: bob,
        theirAccountKey: account.publicKey,
      },
      lengths: { ourAccountKey: 'bad_key', theirAccountKey: 'bad_key' },
    },
  };
});

refusesWrongArguments(
  () => cases,
  {
    'sealedVault.kdf.salt': 'weak_parameters',
    'sealedVault.kdf.iterations': 'weak_parameters',
    'sealedVault.kdf.algorithm': 'weak_parameters',
  },
  1_000,
);
