/** The inputs from which the golden file of groups, credentials and attachments was made. */
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
import { toHex } from '../../src/encoding/hex.ts';
import { utf8 } from '../../src/encoding/text.ts';
import * as sotto from '../../src/index.ts';

export const content = utf8('An old group message opens for ever. ✓');
export const hybridSeed = filled(32, 41);
export const deviceSeed = filled(32, 42);
export const linkSecret = filled(32, 43);
export const clientPrivateKeyHex = '2c'.repeat(32);
export const relayPrivateKeyHex = '2d'.repeat(32);
export const apiPrivateKeyHex = '2e'.repeat(32);
export const author = { userId: alice, deviceId: alicePhone };
export const recipient = { userId: bob, deviceId: bobLaptop };
export const purpose = { purpose: 'group-sender-key', context: [utf8('golden')] };
export const stampBody = utf8('{"timestampMs":"1700000000000"}');
export const guestBinding = { meetingId: chat, guestSessionId: bob, bundle: filled(64, 44) };
export const place: sotto.GroupMessagePlace = {
  groupId: chat,
  epochHash: filled(32, 45),
  sender: { ...author, deviceNumber: 1 },
  messageId,
};

export const envelopeOf = (bundle: string): sotto.CredentialEnvelope => ({
  bundle,
  organizationId: chat,
  userId: alice,
  type: 'read-write-client',
  scope: 'messages',
  expiresAtMs: 1_700_000_900_000,
});

export const admissionOf = (guestIdentityKey: Uint8Array): sotto.Admission => ({
  meetingId: chat,
  sequence: 1,
  guestSessionId: bob,
  guestIdentityKey,
  epochHash: filled(32, 45),
  decision: 'admitted',
  host: author,
});

/** Everything that the file holds, made afresh from fixed randomness. */
export async function makeGolden() {
  const random = (seed: number) => seededRandom(seed);
  const device = await sotto.identityKeyPairFromSeed(deviceSeed);
  const hybrid = await sotto.hybridKeyPairFromPrivateKey(hybridSeed);
  const sealing = await sotto.sealingKeyPairFromPrivateKey(filled(32, 46));
  const seal = await sotto.sealSigned({
    ...purpose,
    payload: content,
    sender: { ...author, identitySeed: deviceSeed },
    recipient: { ...recipient, publicKey: sealing.publicKey, hybridKey: hybrid.publicKey },
    random: random(61),
  });

  const [sending, receiving] = [
    new sotto.InMemorySenderKeyStore(),
    new sotto.InMemorySenderKeyStore(),
  ];
  const name = sotto.senderKeyNameOf(place);
  const distribution = await new sotto.GroupSessionBuilder(sending, random(63)).create(name);
  await new sotto.GroupSessionBuilder(receiving).process(name, distribution);
  const encrypt = () =>
    sotto.encryptGroupMessage({ store: sending, place, plaintext: content, random: random(65) });
  const messages = [await encrypt(), await encrypt()];
  await sotto.decryptGroupMessage({
    store: receiving,
    place,
    message: messages[1] ?? filled(0, 0),
  });
  const records = await Promise.all([sending, receiving].map((s) => s.loadSenderKey(name)));

  const bundle = await sotto.sealCredentialBundle({
    privateKeyHex: apiPrivateKeyHex,
    targetPublicKeyHex: sotto.sessionKeypairOf(clientPrivateKeyHex).publicKeyHex,
    random: random(67),
  });
  const nonce = filled(32, 47);
  const groupId = await sotto.groupIdFor({ nonce, author });
  const create = {
    groupId,
    epoch: 1,
    previous: [nonce],
    action: 'create' as const,
    subject: alice,
    role: 'admin' as const,
    author,
  };
  const first = await sotto.signGroupEntry({
    entry: create,
    identitySeed: deviceSeed,
    random: random(69),
  });
  const add = {
    ...create,
    epoch: 2,
    previous: [first.hash],
    action: 'add' as const,
    subject: bob,
    role: 'member' as const,
  };
  const second = await sotto.signGroupEntry({
    entry: add,
    identitySeed: deviceSeed,
    random: random(71),
  });
  const { file, pointer } = await sotto.encryptAttachment(content, { random: random(73) });
  return {
    devicePublicKey: toHex(device.publicKey),
    hybridPublicKeyHash: toHex(await sotto.sha256(hybrid.publicKey)),
    hybridSeal: {
      ephemeralPublicKey: toHex(seal.ephemeralPublicKey),
      ciphertext: toHex(seal.ciphertext),
    },
    senderKey: {
      distribution: toHex(distribution.serialize()),
      messages: messages.map(toHex),
      records: records.map((record) => toHex(record?.serialize() ?? filled(0, 0))),
    },
    credential: {
      bundle,
      envelopeSignature: toHex(
        await sotto.signCredentialEnvelope({
          envelope: envelopeOf(bundle),
          privateKeyHex: relayPrivateKeyHex,
          random: random(75),
        }),
      ),
      stamp: sotto.createStamp({
        body: stampBody,
        privateKeyHex: apiPrivateKeyHex,
        random: random(77),
      }).stampHeaderValue,
    },
    groupId,
    groupLog: [first, second].map(({ body, signature, hash }) => ({
      body: toHex(body),
      signature: toHex(signature),
      hash: toHex(hash),
    })),
    admission: toHex(
      await sotto.signAdmission({
        admission: admissionOf(device.publicKey),
        identitySeed: deviceSeed,
        random: random(79),
      }),
    ),
    guestBundleTag: toHex(await sotto.tagGuestBundle(linkSecret, guestBinding)),
    attachment: {
      file: toHex(file),
      key: toHex(pointer.key),
      size: pointer.size,
      hash: toHex(pointer.hash),
    },
  };
}
