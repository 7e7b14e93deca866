import { describe, expect, it } from 'vitest';
import { alice, bob, filled, refusal } from '../../test/building/builders.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { toHex } from '../encoding/hex.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import {
  handshakeHash,
  parsePreKeySignalMessage,
  serializePreKeySignalMessage,
  type PreKeySignalMessage,
} from './pre-key-signal-message.ts';
import { addressBytes, addressText, messageAddresses } from './protocol-address.ts';
import {
  macMatches,
  maxSerializedBytes,
  parseSignalMessage,
  serializeSignalMessage,
} from './signal-message.ts';

const content = {
  ratchetKey: filled(33, 5),
  counter: 3,
  previousCounter: 2,
  ciphertext: filled(16, 9),
  pqRatchet: filled(4, 7),
  addresses: filled(36, 8),
};
const macKey = filled(32, 1);
const parties = { sender: filled(33, 2), receiver: filled(33, 3) };

const first: PreKeySignalMessage = {
  preKeyId: 31,
  baseKey: filled(33, 5),
  identityKey: filled(33, 6),
  message: filled(20, 7),
  registrationId: 4_242,
  signedPreKeyId: 22,
  kyberPreKeyId: 7,
  kyberCiphertext: filled(1_569, 8),
};

/** The message with an unknown field behind it, so that all of it has `length` bytes. */
function padded(proto: Uint8Array, mac: Uint8Array, length: number): Uint8Array {
  const room = length - proto.length - mac.length - 1;
  for (const lengthBytes of [1, 2, 3]) {
    const size = room - lengthBytes;
    const varint = Array.from(
      { length: lengthBytes },
      (_, i) => ((size >> (7 * i)) & 127) | (i < lengthBytes - 1 ? 128 : 0),
    );
    if (size < 128 ** lengthBytes)
      return concatBytes(proto, Uint8Array.of(0x7a, ...varint), filled(size, 0), mac);
  }
  throw new Error('no room');
}

describe('A SignalMessage', () => {
  it('is version, fields and eight bytes of MAC, which both parties share', async () => {
    const bytes = await serializeSignalMessage(content, macKey, parties);
    const message = parseSignalMessage(bytes);

    expect(message).toMatchObject(content);
    expect([bytes[0], message.mac.length]).toEqual([0x44, 8]);
    expect(concatBytes(message.authenticated, message.mac)).toEqual(bytes);
    expect(await macMatches(message, macKey, parties)).toBe(true);
    expect(await macMatches(message, filled(32, 2), parties)).toBe(false);
    const swapped = { sender: parties.receiver, receiver: parties.sender };
    expect(await macMatches(message, macKey, swapped)).toBe(false);
    const changed = { ...message, mac: message.mac.map((byte, i) => (i === 7 ? byte ^ 1 : byte)) };
    expect(await macMatches(changed, macKey, parties)).toBe(false);
  });

  it('has a previous counter of 0 where it says none', async () => {
    const bytes = await serializeSignalMessage(content, macKey, parties);
    const at = 1 + 2 + 33 + 2;
    expect(bytes[at]).toBe(0x18);
    const without = concatBytes(bytes.subarray(0, at), bytes.subarray(at + 2));

    expect(parseSignalMessage(without).previousCounter).toBe(0);
  });

  it('is refused with parts that are missing, of another length or version, or too long', async () => {
    const serialize = (part: object) =>
      serializeSignalMessage({ ...content, ...part }, macKey, parties);
    const parse = async (part: object) => {
      const bytes = await serialize(part);
      return refusal(() => parseSignalMessage(bytes));
    };
    expect(await parse({ pqRatchet: undefined, addresses: undefined })).toBe('accepted');
    for (const part of [
      { ratchetKey: undefined },
      { ratchetKey: filled(32, 5) },
      { counter: undefined },
      { counter: 2 ** 32 },
      { ciphertext: undefined },
      { addresses: filled(35, 1) },
      { addresses: filled(37, 1) },
    ]) {
      expect([part, await parse(part)]).toEqual([part, 'bad_encoding']);
    }
    const bytes = await serialize({});
    const parseBytes = (input: Uint8Array) => refusal(() => parseSignalMessage(input));
    for (const version of [0x33, 0x34, 0x43, 0x45, 0])
      expect(await parseBytes(concatBytes(filled(1, version), bytes.subarray(1)))).toBe(
        'bad_encoding',
      );
    for (const length of [0, 1, 8, 9])
      expect(await parseBytes(filled(length, 0x44))).toBe('bad_encoding');
    const whole = (length: number) => padded(bytes.subarray(0, -8), bytes.subarray(-8), length);
    expect(whole(maxSerializedBytes).length).toBe(1_048_576 + 8_192);
    expect(await parseBytes(whole(maxSerializedBytes))).toBe('accepted');
    expect(await parseBytes(whole(maxSerializedBytes + 1))).toBe('too_large');
  });
});

describe('A PreKeySignalMessage', () => {
  it('is version and fields, and has a hash of all but the message inside', async () => {
    const bytes = serializePreKeySignalMessage(first);

    expect(bytes[0]).toBe(0x44);
    expect(parsePreKeySignalMessage(bytes)).toEqual(first);
    const hash = await handshakeHash(first);
    expect(await handshakeHash({ ...first, message: filled(3, 3) })).toEqual(hash);
    for (const part of [
      { preKeyId: undefined },
      { baseKey: filled(33, 6) },
      { identityKey: filled(33, 5) },
      { registrationId: 1 },
      { signedPreKeyId: 1 },
      { kyberPreKeyId: 1 },
      { kyberCiphertext: filled(1_569, 9) },
    ]) {
      expect(toHex(await handshakeHash({ ...first, ...part }))).not.toBe(toHex(hash));
    }
  });

  it('is refused with parts that are missing, of another length or version, or too long', async () => {
    const parse = (bytes: Uint8Array) => refusal(() => parsePreKeySignalMessage(bytes));
    const withPart = (part: object) => parse(serializePreKeySignalMessage({ ...first, ...part }));
    expect(await withPart({ preKeyId: undefined })).toBe('accepted');
    for (const name of Object.keys(first).filter((key) => key !== 'preKeyId'))
      expect([name, await withPart({ [name]: undefined })]).toEqual([name, 'bad_encoding']);
    for (const part of [
      { baseKey: filled(32, 5) },
      { identityKey: filled(34, 5) },
      { kyberCiphertext: filled(1_568, 5) },
    ]) {
      expect(await withPart(part)).toBe('bad_encoding');
    }
    const bytes = serializePreKeySignalMessage(first);
    for (const version of [0x33, 0x34, 0x43, 0])
      expect(await parse(concatBytes(filled(1, version), bytes.subarray(1)))).toBe('bad_encoding');
    expect(await parse(filled(0, 0))).toBe('bad_encoding');
    const none = filled(0, 0);
    expect(await parse(padded(bytes, none, maxSerializedBytes))).toBe('accepted');
    expect(await parse(padded(bytes, none, maxSerializedBytes + 1))).toBe('too_large');
  });
});

describe('A protocol address', () => {
  it('is 0, the account and the device; two of them stand in a message', () => {
    const [from, to] = [
      { name: alice, deviceId: 1 },
      { name: bob, deviceId: 127 },
    ];
    const bytes = concatBytes(filled(1, 0), uuidBytes(bob), filled(1, 127));

    expect(addressBytes(to)).toEqual(bytes);
    expect(messageAddresses(from, to)).toEqual(concatBytes(addressBytes(from), bytes));
    expect(addressText(to)).toBe(`${bob}.127`);
    for (const deviceId of [0, -1, 128, 1.5, '1' as unknown as number])
      expect(() => addressBytes({ name: alice, deviceId })).toThrow(RangeError);
  });
});
