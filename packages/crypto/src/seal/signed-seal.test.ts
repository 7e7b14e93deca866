import { beforeAll, describe, expect, it } from 'vitest';
import {
  alice,
  alicePhone,
  bob,
  bobLaptop,
  chat,
  damageNotRefused,
  filled,
  messageId,
  offsetView,
  otherChat,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import { onEachBackEnd } from '../../test/known-answers/on-each-back-end.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { be64 } from '../encoding/integers.ts';
import { utf8 } from '../encoding/text.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { generateIdentityKeyPair, type IdentityKeyPair } from '../identity/identity-key-pair.ts';
import { signLabelled } from '../identity/sign-labelled.ts';
import { littleEndian32 } from '../primitives/curve25519.ts';
import { hpkeOpen, hpkeSeal } from './hpke.ts';
import { openSigned, type OpenSignedInput } from './open-signed.ts';
import { sealAad, sealInfo, sealSignatureFields, sealSignatureLabel } from './seal-binding.ts';
import { maxSealPayloadBytes, sealMany, sealSigned, type SignedSeal } from './seal-signed.ts';
import { generateSealingKeyPair, type SealingKeyPair } from './sealing-key-pair.ts';

const purpose = 'chat-epoch-key';
const context = [uuidBytes(chat), be64(7), filled(16, 3)];
const payload = filled(32, 9);

let aliceIdentity: IdentityKeyPair;
let bobIdentity: IdentityKeyPair;
let bobSealing: SealingKeyPair;
let otherSealing: SealingKeyPair;
let sealed: SignedSeal;
let opening: OpenSignedInput;

const sender = () => ({ userId: alice, deviceId: alicePhone, identitySeed: aliceIdentity.seed });
const recipient = () => ({ userId: bob, deviceId: bobLaptop, publicKey: bobSealing.publicKey });

beforeAll(async () => {
  aliceIdentity = await generateIdentityKeyPair({ random: seededRandom(1) });
  bobIdentity = await generateIdentityKeyPair({ random: seededRandom(2) });
  bobSealing = await generateSealingKeyPair({ random: seededRandom(3) });
  otherSealing = await generateSealingKeyPair({ random: seededRandom(4) });
  sealed = await sealSigned({
    payload,
    purpose,
    context,
    sender: sender(),
    recipient: recipient(),
  });
  opening = {
    ...sealed,
    purpose,
    context,
    sender: { userId: alice, deviceId: alicePhone, identityKey: aliceIdentity.publicKey },
    recipient: { userId: bob, deviceId: bobLaptop, ...bobSealing },
  };
});

onEachBackEnd('A signed seal', () => {
  it('opens for its recipient, from offset views too', async () => {
    expect(await openSigned(opening)).toEqual(payload);
    const moved = {
      ...opening,
      ephemeralPublicKey: offsetView(sealed.ephemeralPublicKey),
      ciphertext: offsetView(sealed.ciphertext),
      context: context.map(offsetView),
    };
    expect(await openSigned(moved)).toEqual(payload);
  });

  it('does not open with any byte flipped, cut or added', { timeout: 120_000 }, async () => {
    expect(
      await damageNotRefused(sealed.ciphertext, (ciphertext) =>
        openSigned({ ...opening, ciphertext }),
      ),
    ).toEqual([]);
    expect(
      await damageNotRefused(sealed.ephemeralPublicKey, (ephemeralPublicKey) =>
        openSigned({ ...opening, ephemeralPublicKey }),
      ),
    ).toEqual([]);
  });

  it('is sealed and opened alike on both back ends', async () => {
    const input = { payload, purpose, context, sender: sender(), recipient: recipient() };
    const fixed = await sealSigned({ ...input, random: seededRandom(50) });

    expect(await openSigned({ ...opening, ...fixed })).toEqual(payload);
    expect(fixed.ciphertext.length).toBe(1 + 4 + purpose.length + 32 + 64 + 32 + 16);
  });
});

describe('A signed seal', () => {
  it('does not open in another place, for or from anyone else', async () => {
    const { sender: from, recipient: to } = opening;
    const elsewhere: Record<string, OpenSignedInput> = {
      purpose: { ...opening, purpose: 'chat-epoch-kez' },
      'longer purpose': { ...opening, purpose: `${purpose}2` },
      chat: { ...opening, context: [uuidBytes(otherChat), ...context.slice(1)] },
      epoch: { ...opening, context: [uuidBytes(chat), be64(6), filled(16, 3)] },
      'joined context': { ...opening, context: [concatBytes(...context)] },
      'more context': { ...opening, context: [...context, new Uint8Array(0)] },
      'no context': { ...opening, context: [] },
      'sender user': { ...opening, sender: { ...from, userId: bob } },
      'sender device': { ...opening, sender: { ...from, deviceId: bobLaptop } },
      'sender key': { ...opening, sender: { ...from, identityKey: bobIdentity.publicKey } },
      'low-order sender key': {
        ...opening,
        sender: { ...from, identityKey: concatBytes(filled(1, 5), filled(32, 0)) },
      },
      'recipient user': { ...opening, recipient: { ...to, userId: alice } },
      'recipient device': { ...opening, recipient: { ...to, deviceId: alicePhone } },
      'recipient keys': { ...opening, recipient: { ...to, ...otherSealing } },
      'recipient public key': {
        ...opening,
        recipient: { ...to, publicKey: otherSealing.publicKey },
      },
      reflected: {
        ...opening,
        sender: { ...to, identityKey: from.identityKey },
        recipient: { ...to, ...from },
      },
    };
    for (const [what, input] of Object.entries(elsewhere)) {
      expect([what, await refusal(() => openSigned(input))]).toEqual([what, 'open_failed']);
    }
  });

  it('cannot be made by a relay that knows only public keys', async () => {
    const inside = (purposeText: string, signature: Uint8Array) =>
      concatBytes(
        Uint8Array.of(1),
        Uint8Array.of(0, 0, 0, purposeText.length),
        utf8(purposeText),
        uuidBytes(alice),
        uuidBytes(alicePhone),
        signature,
        payload,
      );
    const forge = async (plaintext: Uint8Array): Promise<OpenSignedInput> => {
      const { enc, ciphertext } = await hpkeSeal({
        recipientPublicKey: bobSealing.publicKey,
        info: sealInfo({ purpose, context }),
        aad: sealAad(opening.sender, opening.recipient, bobSealing.publicKey),
        plaintext,
      });
      return { ...opening, ephemeralPublicKey: enc, ciphertext };
    };

    for (const plaintext of [
      inside(purpose, filled(64, 0)),
      inside('x', filled(64, 0)),
      payload,
      filled(0, 0),
    ]) {
      const forged = await forge(plaintext);
      expect(await refusal(() => openSigned(forged))).toBe('open_failed');
    }
  });

  it('is refused when its sender wrote another version, purpose or device inside than signed', async () => {
    const binding = { seal: { purpose, context }, recipient: opening.recipient, payload };
    const signature = await signLabelled({
      seed: aliceIdentity.seed,
      label: sealSignatureLabel,
      fields: await sealSignatureFields({
        ...binding,
        sender: opening.sender,
        recipientKey: bobSealing.publicKey,
      }),
    });
    const open = async (
      inner: string,
      userId: string,
      deviceId: string,
      version = 1,
    ): Promise<string> => {
      const { enc, ciphertext } = await hpkeSeal({
        recipientPublicKey: bobSealing.publicKey,
        info: sealInfo({ purpose, context }),
        aad: sealAad(opening.sender, opening.recipient, bobSealing.publicKey),
        plaintext: concatBytes(
          Uint8Array.of(version, 0, 0, 0, inner.length),
          utf8(inner),
          uuidBytes(userId),
          uuidBytes(deviceId),
          signature,
          payload,
        ),
      });
      return refusal(() => openSigned({ ...opening, ephemeralPublicKey: enc, ciphertext }));
    };

    expect(await open(purpose, alice, alicePhone)).toBe('accepted');
    expect(await open('other-purpose', alice, alicePhone)).toBe('open_failed');
    expect(await open(purpose, bob, alicePhone)).toBe('open_failed');
    expect(await open(purpose, alice, bobLaptop)).toBe('open_failed');
    for (const version of [0, 2, 255])
      expect(await open(purpose, alice, alicePhone, version)).toBe('open_failed');
  });

  it('cannot be passed on by its recipient as if sealed to another', async () => {
    const plaintext = await hpkeOpen({
      recipientPrivateKey: bobSealing.privateKey,
      enc: sealed.ephemeralPublicKey,
      ciphertext: sealed.ciphertext,
      info: sealInfo({ purpose, context }),
      aad: sealAad(opening.sender, opening.recipient, bobSealing.publicKey),
    });
    const { enc, ciphertext } = await hpkeSeal({
      recipientPublicKey: otherSealing.publicKey,
      info: sealInfo({ purpose, context }),
      aad: sealAad(opening.sender, { userId: alice, deviceId: bobLaptop }, otherSealing.publicKey),
      plaintext,
    });
    const to = { userId: alice, deviceId: bobLaptop, ...otherSealing };

    const passedOn = { ...opening, ephemeralPublicKey: enc, ciphertext, recipient: to };

    expect(await refusal(() => openSigned(passedOn))).toBe('open_failed');
  });

  it('is refused above 64 KiB and for refused recipient keys', async () => {
    const seal = (bytes: Uint8Array, publicKey: Uint8Array) => () =>
      sealSigned({
        payload: bytes,
        purpose,
        context,
        sender: sender(),
        recipient: { ...recipient(), publicKey },
      });

    const longest = filled(maxSealPayloadBytes, 1);
    const opened = await openSigned({
      ...opening,
      ...(await seal(longest, bobSealing.publicKey)()),
    });
    expect(opened).toEqual(longest);
    expect(await refusal(seal(filled(maxSealPayloadBytes + 1, 0), bobSealing.publicKey))).toBe(
      'too_large',
    );
    for (const key of [
      filled(32, 0),
      littleEndian32(1n),
      filled(32, 0xff),
      filled(31, 1),
      filled(33, 1),
    ]) {
      expect(await refusal(seal(payload, key))).toBe('bad_key');
    }
  });
});

describe('Sealing to many', () => {
  it('seals to all good recipients and reports the bad ones in place', async () => {
    const recipients = [
      recipient(),
      { ...recipient(), publicKey: filled(32, 0) },
      { ...recipient(), deviceId: 'not a uuid' },
      { ...recipient(), publicKey: filled(5, 1) },
      { ...recipient(), publicKey: 'a mistake' as unknown as Uint8Array },
      { userId: alice, deviceId: messageId, publicKey: otherSealing.publicKey },
    ];

    const outcomes = await sealMany({ payload, purpose, context, sender: sender(), recipients });

    const codes = outcomes.map((outcome) => ('error' in outcome ? outcome.error.code : 'sealed'));
    expect(codes).toEqual(['sealed', 'bad_key', 'bad_encoding', 'bad_key', 'bad_key', 'sealed']);
    const mistake = outcomes[4];
    expect(mistake && 'error' in mistake && mistake.error.cause).toBeInstanceOf(TypeError);
    expect(outcomes.map((outcome) => outcome.recipient)).toEqual(recipients);
    const last = outcomes[5];
    if (!last || !('sealed' in last)) throw new Error('not sealed');
    const to = { userId: alice, deviceId: messageId, ...otherSealing };
    expect(await openSigned({ ...opening, ...last.sealed, recipient: to })).toEqual(payload);
  });

  it('gives each recipient an ephemeral key of its own', async () => {
    const recipients = Array.from({ length: 40 }, recipient);

    const outcomes = await sealMany({ payload, purpose, context, sender: sender(), recipients });

    const keys = outcomes.map((outcome) =>
      'sealed' in outcome ? outcome.sealed.ephemeralPublicKey.join() : '',
    );
    expect(new Set(keys).size).toBe(40);
    expect(await sealMany({ payload, purpose, context, sender: sender(), recipients: [] })).toEqual(
      [],
    );
  });
});
