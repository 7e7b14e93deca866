import { hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chat,
  damageNotRefused,
  filled,
  offsetView,
  otherChat,
  refusal,
} from '../../test/building/builders.ts';
import { onEachBackEnd } from '../../test/known-answers/on-each-back-end.ts';
import { sealBox } from '../committed-aead/committed-box.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { toHex } from '../encoding/hex.ts';
import { utf8 } from '../encoding/text.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { decryptRecord, encryptRecord, maxRecordBytes } from './record.ts';
import { deriveStorageKeys } from './storage-keys.ts';
import { unwrapKey, unwrapKeyUnder, wrapKey } from './wrap-key.ts';

const context = [utf8('messages'), uuidBytes(chat)];
const key = filled(32, 4);
const wrapping = { wrappingKey: filled(32, 5), purpose: 'epoch-key', context };

onEachBackEnd('A record', () => {
  it('comes back, whatever its bytes, from offset views', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (plaintext) => {
        const ciphertext = await encryptRecord({
          key: offsetView(key),
          context,
          plaintext: offsetView(plaintext),
        });
        expect(await decryptRecord({ key, context, ciphertext: offsetView(ciphertext) })).toEqual(
          plaintext,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('does not open with any byte flipped, cut or added', async () => {
    const ciphertext = await encryptRecord({ key, context, plaintext: utf8('note') });
    expect(
      await damageNotRefused(ciphertext, (changed) =>
        decryptRecord({ key, context, ciphertext: changed }),
      ),
    ).toEqual([]);
  });
});

onEachBackEnd('A wrapped key', () => {
  it('comes back and does not open with any byte flipped, cut or added', async () => {
    const wrapped = await wrapKey({ ...wrapping, key });
    expect(wrapped.length).toBe(32 + 61);
    expect(await unwrapKey({ ...wrapping, wrapped: offsetView(wrapped) })).toEqual(key);
    expect(
      await damageNotRefused(wrapped, (changed) => unwrapKey({ ...wrapping, wrapped: changed })),
    ).toEqual([]);
  });
});

describe('A wrapped key', () => {
  it('opens under its own key, purpose and context alone', async () => {
    const wrapped = await wrapKey({ ...wrapping, key });
    const elsewhere = {
      key: { ...wrapping, wrappingKey: filled(32, 6) },
      purpose: { ...wrapping, purpose: 'epoch-kez' },
      chat: { ...wrapping, context: [utf8('messages'), uuidBytes(otherChat)] },
      'joined context': { ...wrapping, context: [concatBytes(...context)] },
      'purpose in context': { ...wrapping, context: [utf8('epoch-key'), ...context] },
    };
    for (const [what, input] of Object.entries(elsewhere)) {
      expect([what, await refusal(() => unwrapKey({ ...input, wrapped }))]).toEqual([
        what,
        'open_failed',
      ]);
    }
  });

  it('opens under whichever of several keys wrapped it', async () => {
    const { wrappingKey, ...rest } = wrapping;
    const wrapped = await wrapKey({ ...wrapping, key });
    const under = (...wrappingKeys: Uint8Array[]) =>
      unwrapKeyUnder({ ...rest, wrappingKeys, wrapped });
    const [before, after] = [filled(32, 6), filled(32, 7)];

    expect(await under(wrappingKey)).toEqual(key);
    expect(await under(before, offsetView(wrappingKey), after)).toEqual(key);
    expect(await refusal(() => under(before, after))).toBe('open_failed');
    expect(await refusal(() => under())).toBe('open_failed');
    expect(await refusal(() => under(wrappingKey, filled(31, 1)))).toBe('RangeError');
    const moved = { ...rest, context: [], wrappingKeys: [wrappingKey], wrapped };
    expect(await refusal(() => unwrapKeyUnder(moved))).toBe('open_failed');
    const asOther = { ...moved, context, purpose: 'epoch-kez' };
    expect(await refusal(() => unwrapKeyUnder(asOther))).toBe('open_failed');
  });

  it('has 16 to 4,096 bytes', async () => {
    for (const length of [16, 4_096]) {
      const wrapped = await wrapKey({ ...wrapping, key: filled(length, 1) });
      expect(await unwrapKey({ ...wrapping, wrapped })).toEqual(filled(length, 1));
    }
    for (const length of [0, 15, 4_097]) {
      const wrap = () => wrapKey({ ...wrapping, key: filled(length, 1) });
      expect(await refusal(wrap)).toBe('RangeError');
    }
  });

  it('is never a record, nor a record a wrapped key', async () => {
    const wrapped = await wrapKey({ ...wrapping, key });
    const record = await encryptRecord({ key: wrapping.wrappingKey, context, plaintext: key });

    const asRecord = () =>
      decryptRecord({ key: wrapping.wrappingKey, context, ciphertext: wrapped });
    expect(await refusal(asRecord)).toBe('open_failed');
    expect(await refusal(() => unwrapKey({ ...wrapping, wrapped: record }))).toBe('open_failed');
  });
});

describe('A record', () => {
  it('opens under its own key and context alone', async () => {
    const ciphertext = await encryptRecord({ key, context, plaintext: utf8('note') });
    const elsewhere = [
      { key: filled(32, 9), context },
      { key, context: [utf8('message'), uuidBytes(chat)] },
      { key, context: [context[1] ?? key, context[0] ?? key] },
      { key, context: [] },
    ];
    for (const input of elsewhere) {
      expect(await refusal(() => decryptRecord({ ...input, ciphertext }))).toBe('open_failed');
    }
  });
});

describe('A record', () => {
  it('has up to 16 MiB', async () => {
    const encrypt = (length: number) =>
      encryptRecord({ key, context, plaintext: new Uint8Array(length) });

    expect((await encrypt(maxRecordBytes)).length).toBeGreaterThan(maxRecordBytes);
    expect(await refusal(() => encrypt(maxRecordBytes + 1))).toBe('too_large');
  });

  it('is refused unpadded, even under its own key', async () => {
    const box = { key, label: 'sotto/v1/record', fields: context };
    const ciphertext = await sealBox(box, utf8('note'));

    expect(await refusal(() => decryptRecord({ key, context, ciphertext }))).toBe('open_failed');
  });
});

describe('Storage keys', () => {
  it('are HKDF-SHA-256 under a frame of their label', async () => {
    const derived = (name: string) => {
      const label = utf8(`sotto/v1/storage-key/${name}`);
      const info = Uint8Array.of(0, 0, 0, label.length, ...label, 0, 0, 0, 0);
      return new Uint8Array(hkdfSync('sha256', filled(32, 1), new Uint8Array(0), info, 32));
    };

    expect(await deriveStorageKeys(filled(32, 1))).toEqual({
      localStorageKey: derived('local'),
      backupKey: derived('backup'),
      keyWrapKey: derived('wrap'),
    });
  });

  it('are three different keys that the vault key alone decides', async () => {
    const keys = await deriveStorageKeys(filled(32, 1));
    const again = await deriveStorageKeys(offsetView(filled(32, 1)));
    const other = await deriveStorageKeys(filled(32, 2));

    expect(again).toEqual(keys);
    expect(new Set([...Object.values(keys), ...Object.values(other)].map(toHex)).size).toBe(6);
  });
});
