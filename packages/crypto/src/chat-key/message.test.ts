import fc from 'fast-check';
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
import { utf8 } from '../encoding/text.ts';
import { epochKeyFrom, type EpochKey } from './epoch-key.ts';
import { decryptMessage, encryptMessage } from './message.ts';
import { messageHeaderBytes, parseMessageHeader } from './message-header.ts';
import { decryptReceipt, encryptReceipt } from './receipt.ts';

let epochKey: EpochKey;
let rivalKey: EpochKey;
const place = () => ({
  epochKey,
  chatId: chat,
  sender: { userId: alice, deviceId: alicePhone },
  messageId,
});

beforeAll(async () => {
  epochKey = await epochKeyFrom({ key: filled(32, 1), chatId: chat, epoch: 4, timestampMs: 9 });
  rivalKey = await epochKeyFrom({ key: filled(32, 2), chatId: chat, epoch: 4, timestampMs: 9 });
});

onEachBackEnd('A message', () => {
  it('comes back with its counter, whatever its bytes, from offset views', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 3_000 }),
        fc.maxSafeNat(),
        async (plaintext, counter) => {
          const input = { ...place(), counter, plaintext: offsetView(plaintext) };
          const ciphertext = offsetView(await encryptMessage(input));
          expect(await decryptMessage({ ...place(), ciphertext })).toEqual({ plaintext, counter });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('does not open with any byte flipped, cut or added', async () => {
    const ciphertext = await encryptMessage({ ...place(), counter: 5, plaintext: utf8('hello') });
    expect(
      await damageNotRefused(ciphertext, (changed) =>
        decryptMessage({ ...place(), ciphertext: changed }),
      ),
    ).toEqual([]);
    const receipt = await encryptReceipt({ ...place(), counter: 5, plaintext: utf8('read') });
    expect(
      await damageNotRefused(receipt, (changed) =>
        decryptReceipt({ ...place(), ciphertext: changed }),
      ),
    ).toEqual([]);
  });

  it('is the same bytes for the same randomness', async () => {
    const input = { ...place(), counter: 5, plaintext: filled(500, 7) };
    const one = await encryptMessage({ ...input, random: seededRandom(8) });
    const two = await encryptMessage({ ...input, random: seededRandom(8) });
    expect(one).toEqual(two);
  });
});

describe('A message', () => {
  it('names its key, version and counter in the clear', async () => {
    const ciphertext = await encryptMessage({ ...place(), counter: 77, plaintext: utf8('x') });

    const header = parseMessageHeader(ciphertext);

    expect(header).toMatchObject({ version: 1, counter: 77, keyId: epochKey.keyId });
    expect(header.commitment).toEqual(epochKey.commitment);
    expect(ciphertext.length).toBe(messageHeaderBytes + 32 + 16);
  });

  it('does not open in another place', async () => {
    const ciphertext = await encryptMessage({ ...place(), counter: 5, plaintext: utf8('hello') });
    const { sender } = place();
    const sameKeyElsewhere = { key: epochKey.key, timestampMs: 9 };
    const elsewhere = {
      chat: { ...place(), chatId: otherChat },
      'chat, with the key taken along': {
        ...place(),
        chatId: otherChat,
        epochKey: await epochKeyFrom({ ...sameKeyElsewhere, chatId: otherChat, epoch: 4 }),
      },
      epoch: {
        ...place(),
        epochKey: await epochKeyFrom({ ...sameKeyElsewhere, chatId: chat, epoch: 5 }),
      },
      'epoch number only': { ...place(), epochKey: { ...epochKey, epoch: 5 } },
      key: { ...place(), epochKey: rivalKey },
      'key under this commitment': {
        ...place(),
        epochKey: { ...rivalKey, commitment: epochKey.commitment },
      },
      'sender user': { ...place(), sender: { ...sender, userId: bob } },
      'sender device': { ...place(), sender: { ...sender, deviceId: bobLaptop } },
      'message id': { ...place(), messageId: otherChat },
      'odd message id': { ...place(), messageId: messageId.toUpperCase().replace('0A', 'ａ') },
    };
    for (const [what, input] of Object.entries(elsewhere)) {
      expect([what, await refusal(() => decryptMessage({ ...input, ciphertext }))]).toEqual([
        what,
        'open_failed',
      ]);
    }
  });

  it('is never a receipt, nor a receipt a message', async () => {
    const input = { ...place(), counter: 5, plaintext: utf8('hello') };
    const [message, receipt] = [await encryptMessage(input), await encryptReceipt(input)];

    expect(await refusal(() => decryptReceipt({ ...place(), ciphertext: message }))).toBe(
      'open_failed',
    );
    expect(await refusal(() => decryptMessage({ ...place(), ciphertext: receipt }))).toBe(
      'open_failed',
    );
  });

  it('hides its length up to Padmé', async () => {
    const lengthOf = async (length: number) =>
      (await encryptMessage({ ...place(), counter: 1, plaintext: filled(length, 1) })).length;

    expect(await lengthOf(0)).toBe(await lengthOf(31));
    expect(await lengthOf(1_000)).toBe(await lengthOf(1_023));
  });

  it('is not encrypted under a key of another chat, nor above 1 MiB', async () => {
    const input = { ...place(), counter: 1, plaintext: utf8('x') };
    expect(await refusal(() => encryptMessage({ ...input, chatId: otherChat }))).toBe('bad_key');
    expect(await refusal(() => encryptMessage({ ...input, plaintext: filled(1_048_577, 0) }))).toBe(
      'too_large',
    );
    const longest = await encryptMessage({ ...input, plaintext: filled(1_048_576, 0) });
    expect((await decryptMessage({ ...place(), ciphertext: longest })).plaintext.length).toBe(
      1_048_576,
    );
    expect(await refusal(() => encryptMessage({ ...input, messageId: 'a:b' }))).toBe(
      'bad_encoding',
    );
    expect(await refusal(() => encryptMessage({ ...input, counter: -1 }))).toBe('RangeError');
    expect(await refusal(() => encryptMessage({ ...input, counter: 2 ** 53 }))).toBe('RangeError');
  });

  it('is encrypted afresh after its key’s array has changed', async () => {
    const key = filled(32, 1);
    const before = await epochKeyFrom({ key, chatId: chat, epoch: 4, timestampMs: 9 });
    await encryptMessage({ ...place(), epochKey: before, counter: 1, plaintext: utf8('x') });

    before.key.fill(3);

    const input = { ...place(), epochKey: before, counter: 1, plaintext: utf8('x') };
    expect(await refusal(() => encryptMessage(input))).toBe('bad_key');
  });

  it('with a header of another version or a counter above 2^53 is refused by the parser', async () => {
    const ciphertext = await encryptMessage({ ...place(), counter: 1, plaintext: utf8('x') });
    const versioned = concatBytes(filled(1, 2), ciphertext.subarray(1));
    const counted = Uint8Array.from(ciphertext);
    counted.fill(0xff, 33, 41);

    expect(parseMessageHeader(ciphertext.subarray(0, 69)).counter).toBe(1);
    for (const bytes of [versioned, counted, ciphertext.subarray(0, 68), filled(0, 0)]) {
      expect(await refusal(() => parseMessageHeader(bytes))).toBe('bad_encoding');
    }
  });
});
