import { beforeAll, describe, expect, it } from 'vitest';
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
import * as sotto from '../index.ts';

let transcript: sotto.DeviceLinkTranscript;
let device: sotto.IdentityKeyPair;
let keys: sotto.SealingKeyPair;
const secret = filled(32, 9);
const delivery = {
  vaultKey: filled(32, 1),
  vaultVersion: 3,
  manifestVersion: 7,
  manifestHash: filled(32, 2),
};

beforeAll(async () => {
  const random = seededRandom(11);
  device = await sotto.generateIdentityKeyPair({ random });
  keys = await sotto.generateSealingKeyPair({ random });
  const account = await sotto.generateIdentityKeyPair({ random });
  const request = {
    userId: alice,
    linkId: chat,
    publicKey: keys.publicKey,
    nonce: filled(32, 3),
    deviceName: 'Firefox on Linux',
    deviceType: 'web',
  };
  transcript = {
    commitment: await sotto.commitDeviceLink(request),
    request,
    answer: {
      deviceId: alicePhone,
      identityKey: device.publicKey,
      accountKey: account.publicKey,
      nonce: filled(32, 4),
    },
  };
});

/** The transcript as both sides have it when a part of the request was something else all along. */
async function asking(part: Partial<sotto.DeviceLinkRequest>): Promise<sotto.DeviceLinkTranscript> {
  const request = { ...transcript.request, ...part };
  return { ...transcript, request, commitment: await sotto.commitDeviceLink(request) };
}

const answering = (part: Partial<sotto.DeviceLinkAnswer>): sotto.DeviceLinkTranscript => ({
  ...transcript,
  answer: { ...transcript.answer, ...part },
});

/** Every way in which one field of the transcript can be another one. */
async function variants(): Promise<[string, sotto.DeviceLinkTranscript][]> {
  const random = seededRandom(12);
  const key = (await sotto.generateIdentityKeyPair({ random })).publicKey;
  const sealing = (await sotto.generateSealingKeyPair({ random })).publicKey;
  const flipped = (bytes: Uint8Array, at: number) => {
    const copy = Uint8Array.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const { request, answer } = transcript;
  const nonces = Array.from({ length: 32 }, (_, at) => at);
  return [
    ['user id', await asking({ userId: bob })],
    ['link id', await asking({ linkId: otherChat })],
    ['public key', await asking({ publicKey: sealing })],
    ['device name', await asking({ deviceName: 'Firefox on Linu' })],
    ['device type', await asking({ deviceType: 'cli' })],
    ['name and type with another border', await asking({ deviceName: 'x', deviceType: 'yweb' })],
    ['device id', answering({ deviceId: bobLaptop })],
    ['identity key', answering({ identityKey: key })],
    ['account key', answering({ accountKey: key })],
    ['keys swapped', answering({ identityKey: answer.accountKey, accountKey: answer.identityKey })],
    [
      'nonces swapped',
      {
        ...(await asking({ nonce: answer.nonce })),
        answer: { ...answer, nonce: request.nonce },
      },
    ],
    ...nonces.map((at): [string, sotto.DeviceLinkTranscript] => [
      `answer nonce ${at}`,
      answering({ nonce: flipped(answer.nonce, at) }),
    ]),
    ...(await Promise.all(
      nonces.map(async (at): Promise<[string, sotto.DeviceLinkTranscript]> => [
        `request nonce ${at}`,
        await asking({ nonce: flipped(request.nonce, at) }),
      ]),
    )),
  ];
}

describe('Two sides of a device link', () => {
  it('agree on the same hash and six digits', async () => {
    const one = await sotto.agreeOnDeviceLink(transcript);
    const other = await sotto.agreeOnDeviceLink({ ...transcript });

    expect(one).toEqual(other);
    expect(one.code).toMatch(/^[0-9]{6}$/);
    expect(one.transcriptHash).toHaveLength(32);
  });

  it('see other digits when anything of the transcript differs', async () => {
    const { code, transcriptHash } = await sotto.agreeOnDeviceLink(transcript);
    const same: string[] = [];

    for (const [what, other] of await variants()) {
      const agreed = await sotto.agreeOnDeviceLink(other);
      const differs =
        agreed.code !== code && !sotto.equalBytes(agreed.transcriptHash, transcriptHash);
      if (!differs) same.push(what);
    }

    expect(same).toEqual([]);
  });

  it('spread their digits evenly', async () => {
    const codes = await Promise.all(
      Array.from({ length: 2000 }, async (_, at) => {
        const nonce = filled(32, at % 256);
        nonce[0] = at >> 8;
        return (await sotto.agreeOnDeviceLink(answering({ nonce }))).code;
      }),
    );

    const first = codes.map((code) => Number(code[0]));
    const counts = Array.from(
      { length: 10 },
      (_, digit) => first.filter((d) => d === digit).length,
    );
    expect(Math.min(...counts)).toBeGreaterThan(140);
    expect(Math.max(...counts)).toBeLessThan(260);
    expect(new Set(codes).size).toBeGreaterThan(1990);
  });
});

describe('A commitment', () => {
  it('opens to nothing else, whichever field is exchanged after it', async () => {
    const opened: string[] = [];

    for (const [what, other] of await variants()) {
      const { request } = other;
      if (sotto.equalBytes(other.commitment, transcript.commitment)) continue;
      const { commitment } = transcript;
      const got = await refusal(() =>
        sotto.agreeOnDeviceLink({ ...transcript, commitment, request }),
      );
      if (got !== 'open_failed') opened.push(`${what}: ${got}`);
    }

    expect(opened).toEqual([]);
  });

  it('does not open when one of its bytes was changed', async () => {
    for (let at = 0; at < 32; at++) {
      const commitment = Uint8Array.from(transcript.commitment);
      commitment[at] = (commitment[at] ?? 0) ^ 0x10;
      expect(await refusal(() => sotto.agreeOnDeviceLink({ ...transcript, commitment }))).toBe(
        'open_failed',
      );
    }
  });

  it('is not looked at before keys and ids were', async () => {
    const commitment = filled(32, 0);
    const request = { ...transcript.request, publicKey: filled(32, 0) };
    const lowOrder = { ...transcript, commitment, request };
    const noId = { ...transcript, commitment, request: { ...transcript.request, linkId: 'LINK' } };
    const twist = answering({ identityKey: filled(33, 5) });

    expect(await refusal(() => sotto.agreeOnDeviceLink(lowOrder))).toBe('bad_key');
    expect(await refusal(() => sotto.agreeOnDeviceLink(noId))).toBe('bad_encoding');
    expect(await refusal(() => sotto.agreeOnDeviceLink({ ...twist, commitment }))).toBe('bad_key');
  });
});

describe('The QR code', () => {
  it('carries link, commitment and secret in one spelling', async () => {
    const code = { linkId: chat, commitment: transcript.commitment, secret };

    const text = sotto.formatDeviceLinkCode(code);

    expect(text).toMatch(/^sotto-link-1\.[\w-]{107}$/);
    expect(sotto.parseDeviceLinkCode(text)).toEqual(code);
  });

  it('is refused with anything missing, added or in another version', async () => {
    const text = sotto.formatDeviceLinkCode({
      linkId: chat,
      commitment: transcript.commitment,
      secret,
    });
    const wrong = [
      '',
      'https://example.org',
      text.slice(0, -1),
      `${text}A`,
      ` ${text}`,
      text.replace('sotto-link-1', 'sotto-link-2'),
      text.toUpperCase(),
      `${text.slice(0, -1)}=`,
    ];

    for (const each of wrong) {
      expect(await refusal(() => sotto.parseDeviceLinkCode(each))).toBe('bad_encoding');
    }
  });

  it('has a tag that holds for one answer to one link under one secret', async () => {
    const { request, commitment, answer } = transcript;
    const binding = { userId: request.userId, linkId: request.linkId, commitment, answer };
    const tag = await sotto.tagDeviceLinkAnswer(secret, binding);
    const holds = (other: Partial<typeof binding>, key = secret) =>
      sotto.verifyDeviceLinkTag(key, { ...binding, ...other }, tag);

    expect(await holds({})).toBe(true);
    expect(await holds({}, filled(32, 10))).toBe(false);
    expect(await holds({ userId: bob })).toBe(false);
    expect(await holds({ linkId: otherChat })).toBe(false);
    expect(await holds({ commitment: filled(32, 1) })).toBe(false);
    for (const [, other] of await variants()) {
      if (other.answer === answer) continue;
      expect(await holds({ answer: other.answer })).toBe(false);
    }
    for (let at = 0; at < 32; at++) {
      const copy = Uint8Array.from(tag);
      copy[at] = (copy[at] ?? 0) ^ 4;
      expect(await sotto.verifyDeviceLinkTag(secret, binding, copy)).toBe(false);
    }
    expect(await sotto.verifyDeviceLinkTag(secret, binding, tag.slice(0, 31))).toBe(false);
  });
});

describe('A delivery', () => {
  const seal = (over = transcript) =>
    sotto.sealDeviceLinkDelivery({ transcript: over, identitySeed: device.seed, delivery });
  const open = (sealed: sotto.SignedSeal, over = transcript, privateKey = keys.privateKey) =>
    sotto.openDeviceLinkDelivery({ ...sealed, transcript: over, privateKey });

  it('hands over vault key and chain head', async () => {
    expect(await open(await seal())).toEqual(delivery);
  });

  it('opens under its own transcript alone', async () => {
    const sealed = await seal();
    const opened: string[] = [];

    for (const [what, other] of await variants()) {
      const got = await refusal(() => open(sealed, other));
      if (got !== 'open_failed') opened.push(`${what}: ${got}`);
    }

    expect(opened).toEqual([]);
  });

  it('does not open when a byte of it was changed, nor with another key', async () => {
    const sealed = await seal();
    const other = await sotto.generateSealingKeyPair({ random: seededRandom(13) });

    const wrong = await damageNotRefused(sealed.ciphertext, (ciphertext) =>
      open({ ...sealed, ciphertext }),
    );

    expect(wrong).toEqual([]);
    expect(await refusal(() => open(sealed, transcript, other.privateKey))).toBe('open_failed');
  });

  it('is not made for a key that the commitment does not open to', async () => {
    const other = await sotto.generateSealingKeyPair({ random: seededRandom(14) });
    const request = { ...transcript.request, publicKey: other.publicKey };

    expect(await refusal(() => seal({ ...transcript, request }))).toBe('open_failed');
  });

  it('is not made by a device other than the one that answered', async () => {
    const other = await sotto.generateIdentityKeyPair({ random: seededRandom(15) });
    const made = () =>
      sotto.sealDeviceLinkDelivery({ transcript, identitySeed: other.seed, delivery });

    expect(await refusal(made)).toBe('RangeError');
  });

  it('is not another seal of the same device to the same key', async () => {
    const { transcriptHash } = await sotto.agreeOnDeviceLink(transcript);
    const asWrap = await sotto.sealSigned({
      purpose: 'chat-epoch-key',
      context: [transcriptHash],
      payload: filled(81, 1),
      sender: { userId: alice, deviceId: alicePhone, identitySeed: device.seed },
      recipient: { userId: alice, deviceId: chat, publicKey: keys.publicKey },
    });

    expect(await refusal(() => open(asWrap))).toBe('open_failed');
  });
});
