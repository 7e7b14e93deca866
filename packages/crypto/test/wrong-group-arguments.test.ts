/** Wrong arguments for groups, hybrid seals, credentials, attachments and guests. */
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
  const device = await sotto.generateIdentityKeyPair({ random });
  const sealing = await sotto.generateSealingKeyPair({ random });
  const hybrid = await sotto.generateHybridKeyPair({ random });
  const keypair = sotto.generateSessionKeypair({ random });
  const [bytes, hash] = [filled(20, 3), filled(32, 4)];
  const author = { userId: alice, deviceId: alicePhone };
  const seal = {
    purpose: 'test',
    context: [bytes],
    payload: bytes,
    sender: { ...author, identitySeed: device.seed },
  };
  const to = { userId: bob, deviceId: bobLaptop };
  const recipient = { ...to, publicKey: sealing.publicKey, hybridKey: hybrid.publicKey };
  const sealed = await sotto.sealSigned({ ...seal, recipient });

  const store = new sotto.InMemorySenderKeyStore();
  const place = {
    groupId: chat,
    epochHash: hash,
    sender: { ...author, deviceNumber: 1 },
    messageId,
  };
  const name = sotto.senderKeyNameOf(place);
  const distribution = await new sotto.GroupSessionBuilder(store, random).create(name);
  const readers = async (): Promise<sotto.SenderKeyStore> => {
    const reading = new sotto.InMemorySenderKeyStore();
    await new sotto.GroupSessionBuilder(reading).process(name, distribution);
    return reading;
  };
  const message = await sotto.encryptGroupMessage({ store, place, plaintext: bytes });
  const cipherText = await new sotto.GroupCipher(store, name).encrypt(bytes);
  const record = (await store.loadSenderKey(name))?.serialize() ?? bytes;

  const body = bytes;
  const { privateKeyHex, publicKeyHex } = keypair;
  const bundle = await sotto.sealCredentialBundle({
    privateKeyHex,
    targetPublicKeyHex: publicKeyHex,
  });
  const envelope = {
    bundle,
    organizationId: alice,
    userId: bob,
    type: 'read-only',
    scope: 'read',
    expiresAtMs: 1,
  };
  const { userId: _, ...withoutUser } = envelope;
  const signature = await sotto.signCredentialEnvelope({ envelope, privateKeyHex });
  const { stampHeaderValue } = sotto.createStamp({ body, privateKeyHex });
  const entry = {
    groupId: chat,
    epoch: 2,
    previous: [hash],
    action: 'add' as const,
    subject: bob,
    role: 'member' as const,
    author,
  };
  const signed = await sotto.signGroupEntry({ entry, identitySeed: device.seed });
  const admission = {
    meetingId: chat,
    sequence: 1,
    guestSessionId: bob,
    guestIdentityKey: device.publicKey,
    epochHash: hash,
    decision: 'admitted' as const,
    host: author,
  };
  const admitted = await sotto.signAdmission({ admission, identitySeed: device.seed });
  const { file, pointer } = await sotto.encryptAttachment(bytes, { random });
  const binding = { meetingId: chat, guestSessionId: bob, bundle: bytes };
  const tag = await sotto.tagGuestBundle(hash, binding);
  const one =
    <T>(call: (value: T) => unknown) =>
    ({ value }: { value: T }): unknown =>
      call(value);

  cases = {
    hybridKeyPairFromPrivateKey: {
      call: one(sotto.hybridKeyPairFromPrivateKey),
      args: { value: hash },
    },
    parseHybridPublicKey: {
      call: one(sotto.parseHybridPublicKey),
      args: { value: hybrid.publicKey },
      lengths: { value: 'bad_key' },
    },
    sealSigned: {
      call: ({ recipientKeys }: { recipientKeys: object }) =>
        sotto.sealSigned({ ...seal, recipient: { ...recipient, ...recipientKeys } }),
      args: { recipientKeys: { publicKey: sealing.publicKey } },
      lengths: { 'recipientKeys.publicKey': 'bad_key' },
    },
    openSigned: {
      call: ({ keys, ...rest }: { keys: typeof hybrid; ephemeralPublicKey: Uint8Array }) =>
        sotto.openSigned({
          ...seal,
          ...sealed,
          ...rest,
          sender: { ...author, identityKey: device.publicKey },
          recipient: { ...to, ...sealing, hybrid: keys },
        }),
      args: { keys: { ...hybrid }, ephemeralPublicKey: sealed.ephemeralPublicKey },
      lengths: { ephemeralPublicKey: 'open_failed' },
    },
    SenderKeyName: {
      call: ({ groupId, sender }: { groupId: string; sender: sotto.SenderAddress }) =>
        new sotto.SenderKeyName(groupId, sender),
      args: { groupId: chat, sender: { name: alice, deviceId: 1 } },
    },
    SenderKeyDistributionMessage: {
      call: (fields: sotto.SenderKeyDistribution) => new sotto.SenderKeyDistributionMessage(fields),
      args: {
        distributionId: distribution.distributionId,
        chainId: 1,
        iteration: 2,
        chainKey: hash,
        signingKey: device.publicKey,
      },
      lengths: { signingKey: 'bad_key' },
    },
    parseDistribution: {
      call: one((value: Uint8Array) => sotto.SenderKeyDistributionMessage.parse(value)),
      args: { value: distribution.serialize() },
      lengths: { value: 'any' },
    },
    parseSenderKeyMessage: {
      call: one((value: Uint8Array) => sotto.SenderKeyMessage.parse(value)),
      args: { value: cipherText },
      lengths: { value: 'any' },
    },
    deserializeRecord: {
      call: one((value: Uint8Array) => sotto.SenderKeyRecord.deserialize(value)),
      args: { value: record },
      lengths: { value: 'bad_encoding' },
    },
    groupEncrypt: {
      call: one((value: Uint8Array) => new sotto.GroupCipher(store, name).encrypt(value)),
      args: { value: bytes },
      lengths: { value: 'any' },
    },
    groupDecrypt: {
      call: one(async (value: Uint8Array) =>
        new sotto.GroupCipher(await readers(), name).decrypt(value),
      ),
      args: { value: cipherText },
      lengths: { value: 'open_failed' },
    },
    encryptGroupMessage: {
      call: (args: { place: typeof place; plaintext: Uint8Array }) =>
        sotto.encryptGroupMessage({ store, ...args }),
      args: {
        place: { epochHash: hash, groupId: chat, messageId, sender: place.sender },
        plaintext: bytes,
      },
      lengths: { plaintext: 'any' },
    },
    decryptGroupMessage: {
      call: async (args: { place: typeof place; message: Uint8Array }) =>
        sotto.decryptGroupMessage({ store: await readers(), ...args }),
      args: { place: { ...place }, message },
      lengths: { message: 'open_failed', 'place.epochHash': 'open_failed' },
    },
    sessionKeypairOf: { call: one(sotto.sessionKeypairOf), args: { value: privateKeyHex } },
    sealCredentialBundle: {
      call: sotto.sealCredentialBundle,
      args: { privateKeyHex, targetPublicKeyHex: publicKeyHex },
    },
    openCredentialBundle: { call: sotto.openCredentialBundle, args: { bundle, privateKeyHex } },
    signCredentialEnvelope: {
      call: ({ part, ...rest }: { part: typeof withoutUser; privateKeyHex: string }) =>
        sotto.signCredentialEnvelope({ envelope: { ...envelope, ...part }, ...rest }),
      args: { part: withoutUser, privateKeyHex },
    },
    verifyCredentialEnvelope: {
      call: (args: { signature: Uint8Array; publicKeyHex: string }) =>
        sotto.verifyCredentialEnvelope({ envelope, ...args }),
      args: { signature, publicKeyHex },
      lengths: { signature: 'bad_signature' },
    },
    createStamp: {
      call: sotto.createStamp,
      args: { body, privateKeyHex },
      lengths: { body: 'any' },
    },
    verifyStamp: {
      call: sotto.verifyStamp,
      args: { stampHeaderValue, body },
      lengths: { body: 'bad_signature' },
    },
    signGroupEntry: {
      call: ({ part, identitySeed }: { part: Partial<typeof entry>; identitySeed: Uint8Array }) =>
        sotto.signGroupEntry({ entry: { ...entry, ...part }, identitySeed }),
      args: {
        part: { groupId: chat, epoch: 2, previous: [hash], subject: bob, author },
        identitySeed: device.seed,
      },
    },
    groupIdFor: { call: sotto.groupIdFor, args: { nonce: hash, author } },
    parseGroupEntry: {
      call: one(sotto.parseGroupEntry),
      args: { value: signed.body },
      lengths: { value: 'bad_encoding' },
    },
    signAdmission: {
      call: ({
        part,
        identitySeed,
      }: {
        part: Partial<typeof admission>;
        identitySeed: Uint8Array;
      }) => sotto.signAdmission({ admission: { ...admission, ...part }, identitySeed }),
      args: {
        part: { sequence: 1, guestIdentityKey: device.publicKey, epochHash: hash, host: author },
        identitySeed: device.seed,
      },
      lengths: { 'part.guestIdentityKey': 'bad_key' },
    },
    verifyAdmission: {
      call: (args: { signature: Uint8Array; hostKey: Uint8Array }) =>
        sotto.verifyAdmission({ admission, ...args }),
      args: { signature: admitted, hostKey: device.publicKey },
      lengths: { signature: 'bad_signature', hostKey: 'bad_signature' },
    },
    encryptAttachment: {
      call: one((value: Uint8Array) => sotto.encryptAttachment(value)),
      args: { value: bytes },
      lengths: { value: 'any' },
    },
    decryptAttachment: {
      call: ({ value, said }: { value: Uint8Array; said: sotto.AttachmentPointer }) =>
        sotto.decryptAttachment(value, said),
      args: { value: file, said: { ...pointer } },
      lengths: { value: 'open_failed' },
    },
    formatLinkSecret: { call: one(sotto.formatLinkSecret), args: { value: hash } },
    parseLinkSecret: {
      call: one(sotto.parseLinkSecret),
      args: { value: sotto.formatLinkSecret(hash) },
    },
    verifyGuestBundle: {
      call: (args: { secret: Uint8Array; binding: typeof binding; tag: Uint8Array }) =>
        sotto.verifyGuestBundle(args.secret, args.binding, args.tag),
      args: { secret: hash, binding, tag },
      lengths: { 'binding.bundle': 'any', tag: 'any' },
    },
  };
});

refusesWrongArguments(() => cases, {}, 500);
