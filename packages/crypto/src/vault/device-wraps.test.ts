import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alice, alicePhone, bobLaptop, filled, refusal } from '../../test/building/builders.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { sha256 } from '../primitives/sha2.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import {
  nameDeviceKey,
  parseDeviceWraps,
  serializeDeviceWraps,
  vaultKeySeal,
  type DeviceWrap,
} from './device-wraps.ts';

const wrap = (recipientDeviceId: string, more: Partial<DeviceWrap> = {}): DeviceWrap => ({
  recipientDeviceId,
  senderDeviceId: alicePhone,
  keyName: filled(16, 1),
  ephemeralPublicKey: filled(1_120, 2),
  ciphertext: filled(158, 3),
  ...more,
});

const frameOf = (deviceId: string): Uint8Array =>
  concatBytes(
    uuidBytes(deviceId),
    uuidBytes(alicePhone),
    filled(16, 1),
    Uint8Array.of(0x04, 0x60),
    filled(1_120, 2),
    Uint8Array.of(0, 158),
    filled(158, 3),
  );

const listOf = (count: number, ...frames: Uint8Array[]): Uint8Array =>
  concatBytes(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 9, 0, count), ...frames);

describe('Device wraps', () => {
  it('have each part in its place, by ascending recipient', () => {
    const wraps = [wrap(bobLaptop), wrap(alicePhone)];
    const bytes = serializeDeviceWraps({ madeAt: 9, wraps });

    expect(bytes).toEqual(listOf(2, frameOf(alicePhone), frameOf(bobLaptop)));
    expect(parseDeviceWraps(bytes)).toEqual({ madeAt: 9, wraps: wraps.toReversed() });
    expect(wraps.map(({ recipientDeviceId }) => recipientDeviceId)).toEqual([
      bobLaptop,
      alicePhone,
    ]);
  });

  it('may be for nobody', () => {
    expect(parseDeviceWraps(listOf(0))).toEqual({ madeAt: 9, wraps: [] });
    expect(serializeDeviceWraps({ madeAt: 9, wraps: [] })).toEqual(listOf(0));
  });

  it('come back whatever their order, keys and number', () => {
    const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
    const wraps = fc.uniqueArray(
      fc.record({
        recipientDeviceId: fc.uuid(),
        senderDeviceId: fc.uuid(),
        keyName: fc.uint8Array({ minLength: 16, maxLength: 16 }),
        ephemeralPublicKey: bytes(50),
        ciphertext: bytes(50),
      }),
      { selector: ({ recipientDeviceId }) => recipientDeviceId, maxLength: 8 },
    );
    fc.assert(
      fc.property(wraps, fc.nat(), (list, madeAt) => {
        const read = parseDeviceWraps(serializeDeviceWraps({ madeAt, wraps: list }));
        const ids = read.wraps.map(({ recipientDeviceId }) => recipientDeviceId);
        expect(read.madeAt).toBe(madeAt);
        expect(ids).toEqual(ids.toSorted());
        expect(new Set(read.wraps)).toEqual(new Set(list));
      }),
    );
  });

  it('are refused in any other form', async () => {
    const [phone, laptop] = [frameOf(alicePhone), frameOf(bobLaptop)];
    const whole = listOf(2, phone, laptop);
    const others: Record<string, Uint8Array> = {
      nothing: filled(0, 0),
      'format 0': Uint8Array.of(0, ...whole.slice(1)),
      'format 2': Uint8Array.of(2, ...whole.slice(1)),
      'a version above 2^53': Uint8Array.of(1, ...filled(8, 255), ...whole.slice(9)),
      'falling recipients': listOf(2, laptop, phone),
      'one recipient twice': listOf(2, phone, phone),
      'one fewer than counted': listOf(2, phone),
      'one more than counted': listOf(1, phone, laptop),
      'a byte more': concatBytes(whole, filled(1, 0)),
      'a byte less': whole.slice(0, -1),
    };
    for (const [what, bytes] of Object.entries(others)) {
      expect([what, await refusal(() => parseDeviceWraps(bytes))]).toEqual([what, 'bad_encoding']);
    }
    expect(await refusal(() => parseDeviceWraps(whole))).toBe('accepted');
  });

  it('are read or refused, whatever bytes come', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ maxLength: 200 }).map((rest) => listOf(2, rest)),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (input) => {
        const got = await refusal(() => parseDeviceWraps(input));
        expect(['accepted', 'bad_encoding']).toContain(got);
      }),
      { numRuns: 300 },
    );
  });

  it('are not made for one device twice', async () => {
    const wraps = [wrap(alicePhone), wrap(bobLaptop), wrap(alicePhone)];
    expect(await refusal(() => serializeDeviceWraps({ madeAt: 1, wraps }))).toBe('bad_encoding');
  });

  it('stay as they were read when the buffer is used again', () => {
    const buffer = Buffer.from(listOf(1, frameOf(alicePhone)));
    const read = parseDeviceWraps(buffer);
    buffer.fill(0);
    expect(read).toEqual({ madeAt: 9, wraps: [wrap(alicePhone)] });
  });
});

describe('The seal of a vault key', () => {
  it('is for one purpose, account and version', () => {
    expect(vaultKeySeal(alice, 9)).toEqual({
      purpose: 'vault-key',
      context: [uuidBytes(alice), Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 9)],
    });
  });

  it('names a key by the first 16 bytes of its SHA-256', async () => {
    const key = filled(32, 5);
    expect(await nameDeviceKey(key)).toEqual((await sha256(key)).slice(0, 16));
  });
});
