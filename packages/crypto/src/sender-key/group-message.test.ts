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
} from '../../test/building/builders.ts';
import { utf8 } from '../encoding/text.ts';
import { GroupCipher } from './group-cipher.ts';
import {
  decryptGroupMessage,
  encryptGroupMessage,
  maxGroupMessageBytes,
  senderKeyNameOf,
  type GroupMessagePlace,
} from './group-message.ts';
import { GroupSessionBuilder } from './group-session-builder.ts';
import { SenderKeyName } from './sender-key-name.ts';
import { InMemorySenderKeyStore } from './sender-key-store.ts';

const place: GroupMessagePlace = {
  groupId: chat,
  epochHash: filled(32, 7),
  sender: { userId: alice, deviceId: alicePhone, deviceNumber: 1 },
  messageId,
};

const [sending, receiving] = [new InMemorySenderKeyStore(), new InMemorySenderKeyStore()];

beforeAll(async () => {
  const name = senderKeyNameOf(place);
  const distribution = await new GroupSessionBuilder(sending).create(name);
  const builder = new GroupSessionBuilder(receiving);
  await builder.process(name, distribution);
  // The same keys under other names, so that only the check inside can refuse another sender.
  for (const other of [
    { name: bob, deviceId: 1 },
    { name: alice, deviceId: 2 },
  ]) {
    await builder.process(new SenderKeyName(chat, other), distribution);
  }
});

const encrypt = (text: string) =>
  encryptGroupMessage({ store: sending, place, plaintext: utf8(text) });
const decrypt = (message: Uint8Array, at = place) =>
  decryptGroupMessage({ store: receiving, place: at, message });

describe('A group message', () => {
  it('opens in its place, once, from offset views too', async () => {
    const message = await encrypt('hello');

    expect(await decrypt(offsetView(message))).toEqual(utf8('hello'));
    expect(await refusal(() => decrypt(message))).toBe('open_failed');
  });

  it('opens nowhere else, and still opens in its place after that', async () => {
    const message = await encrypt('hello');
    const { sender } = place;
    const elsewhere: Record<string, GroupMessagePlace> = {
      group: { ...place, groupId: otherChat },
      epoch: { ...place, epochHash: filled(32, 8) },
      user: { ...place, sender: { ...sender, userId: bob } },
      device: { ...place, sender: { ...sender, deviceId: bobLaptop } },
      'device number': { ...place, sender: { ...sender, deviceNumber: 9 } },
      message: { ...place, messageId: otherChat },
      'no group': { ...place, groupId: 'x' },
      'no user': { ...place, sender: { ...sender, userId: alice.toUpperCase() } },
      'no message': { ...place, messageId: '' },
    };
    for (const [what, at] of Object.entries(elsewhere)) {
      expect([what, await refusal(() => decrypt(message, at))]).toEqual([what, 'open_failed']);
    }
    expect(await decrypt(message)).toEqual(utf8('hello'));
  });

  it('is kept by the caller before its key is used up, or still opens', async () => {
    const message = await encrypt('keep me');
    const kept: Uint8Array[] = [];
    const failing = {
      store: receiving,
      place,
      message,
      keep: () => Promise.reject(new Error('full')),
    };
    await expect(decryptGroupMessage(failing)).rejects.toThrow('full');
    const keep = async (plaintext: Uint8Array) => {
      kept.push(plaintext);
    };
    await decryptGroupMessage({ store: receiving, place, message, keep });
    expect(kept).toEqual([utf8('keep me')]);
  });

  it('is refused with any byte flipped, cut or added', async () => {
    expect(await damageNotRefused(await encrypt(''), (copy) => decrypt(copy))).toEqual([]);
  });

  it('is refused when its sender put nothing, or no padding, inside', async () => {
    const cipher = new GroupCipher(sending, senderKeyNameOf(place));
    for (const inside of [filled(0, 0), filled(112, 1), filled(113, 1), filled(200, 0)]) {
      const message = await cipher.encrypt(inside);
      expect(await refusal(() => decrypt(message))).toBe('open_failed');
    }
  });

  it('shows its length only up to Padmé, and has one', async () => {
    const lengths = [];
    for (const text of ['', 'a', 'a'.repeat(31)]) lengths.push((await encrypt(text)).length);
    const plaintext = filled(maxGroupMessageBytes + 1, 1);

    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
    expect(await refusal(() => encryptGroupMessage({ store: sending, place, plaintext }))).toBe(
      'too_large',
    );
    const largest = { store: sending, place, plaintext: filled(maxGroupMessageBytes, 1) };
    expect((await decrypt(await encryptGroupMessage(largest))).length).toBe(maxGroupMessageBytes);
  });
});
