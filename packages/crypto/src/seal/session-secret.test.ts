import { beforeAll, expect, it } from 'vitest';
import {
  alice,
  alicePhone,
  bob,
  bobLaptop,
  chat,
  damageNotRefused,
  filled,
  otherChat,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import { onEachBackEnd } from '../../test/known-answers/on-each-back-end.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { generateIdentityKeyPair, type IdentityKeyPair } from '../identity/identity-key-pair.ts';
import { generateHybridKeyPair, type HybridKeyPair } from './hybrid-key-pair.ts';
import { sealSigned } from './seal-signed.ts';
import { generateSealingKeyPair, type SealingKeyPair } from './sealing-key-pair.ts';
import {
  decryptSessionSecret,
  sealSessionSecret,
  sealSessionSecretToMany,
} from './session-secret.ts';

const sessionId = chat;
const sessionSecret = filled(32, 9);

let device: IdentityKeyPair;
let sealing: SealingKeyPair;
let hybrid: HybridKeyPair;

beforeAll(async () => {
  device = await generateIdentityKeyPair({ random: seededRandom(1) });
  sealing = await generateSealingKeyPair({ random: seededRandom(2) });
  hybrid = await generateHybridKeyPair({ random: seededRandom(3) });
});

const sender = () => ({ userId: alice, deviceId: alicePhone, identitySeed: device.seed });
const recipient = () => ({ userId: bob, deviceId: bobLaptop, publicKey: sealing.publicKey });
const shared = () => ({ sessionId, sessionSecret, sender: sender() });
const place = () => ({
  sessionId,
  devicePrivateKey: sealing.privateKey,
  sender: { userId: alice, deviceId: alicePhone, identityKey: device.publicKey },
  recipient: { userId: bob, deviceId: bobLaptop },
});

onEachBackEnd('A session secret', () => {
  it('opens for its device, with and without a hybrid key', async () => {
    const plain = await sealSessionSecret({ ...shared(), recipient: recipient() });
    const both = { ...recipient(), hybridKey: hybrid.publicKey };
    const hybridSeal = await sealSessionSecret({ ...shared(), recipient: both });

    expect([plain, hybridSeal].map((sealed) => sealed.ephemeralPublicKey.length)).toEqual([
      32, 1_120,
    ]);
    expect(await decryptSessionSecret({ ...place(), ...plain })).toEqual(sessionSecret);
    expect(await decryptSessionSecret({ ...place(), ...hybridSeal, hybrid })).toEqual(
      sessionSecret,
    );
    expect(await refusal(() => decryptSessionSecret({ ...place(), ...hybridSeal }))).toBe(
      'open_failed',
    );
    expect(await refusal(() => decryptSessionSecret({ ...place(), ...plain, hybrid }))).toBe(
      'open_failed',
    );
  });
});

it('opens in no other session, from no other sender, for no other device, and not damaged', async () => {
  const sealed = await sealSessionSecret({ ...shared(), recipient: recipient() });
  const stranger = await generateIdentityKeyPair({ random: seededRandom(4) });
  const other = await generateSealingKeyPair({ random: seededRandom(5) });
  const right = place();
  const wrong = [
    { sessionId: otherChat },
    { sender: { ...right.sender, deviceId: bobLaptop } },
    { sender: { ...right.sender, identityKey: stranger.publicKey } },
    { recipient: { ...right.recipient, deviceId: alicePhone } },
    { devicePrivateKey: other.privateKey },
  ];

  for (const part of wrong) {
    expect([
      part,
      await refusal(() => decryptSessionSecret({ ...right, ...sealed, ...part })),
    ]).toEqual([part, 'open_failed']);
  }
  expect(
    await damageNotRefused(sealed.encryptedSecret, (encryptedSecret) =>
      decryptSessionSecret({ ...right, ...sealed, encryptedSecret }),
    ),
  ).toEqual([]);
});

it('is no seal of another purpose or of another length', async () => {
  const seal = async (purpose: string, payload: Uint8Array) => {
    const { ephemeralPublicKey, ciphertext } = await sealSigned({
      purpose,
      context: [uuidBytes(sessionId)],
      payload,
      sender: sender(),
      recipient: recipient(),
    });
    return { ephemeralPublicKey, encryptedSecret: ciphertext };
  };
  const opened = async (purpose: string, payload: Uint8Array) => {
    const sealed = await seal(purpose, payload);
    return refusal(() => decryptSessionSecret({ ...place(), ...sealed }));
  };

  expect(await opened('coding-session-secret', sessionSecret)).toBe('accepted');
  expect(await opened('chat-epoch-key', sessionSecret)).toBe('open_failed');
  expect(await opened('coding-session-secret', filled(31, 9))).toBe('open_failed');
  expect(await opened('coding-session-secret', filled(33, 9))).toBe('open_failed');
});

it('reaches the other devices when one has a refused key', async () => {
  const recipients = [
    recipient(),
    { ...recipient(), publicKey: filled(32, 0) },
    { ...recipient(), hybridKey: hybrid.publicKey },
  ];

  const outcomes = await sealSessionSecretToMany({ ...shared(), recipients });

  expect(outcomes.map(({ recipient: to }) => to)).toEqual(recipients);
  const [first, second, third] = outcomes.map((outcome) =>
    'error' in outcome ? outcome.error.code : outcome.sealed,
  );
  expect(second).toBe('bad_key');
  if (typeof first !== 'object' || typeof third !== 'object') throw new Error('not sealed');
  expect(await decryptSessionSecret({ ...place(), ...first })).toEqual(sessionSecret);
  expect(await decryptSessionSecret({ ...place(), ...third, hybrid })).toEqual(sessionSecret);
  expect(first.ephemeralPublicKey).not.toEqual(third.ephemeralPublicKey);
});
