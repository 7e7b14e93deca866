import { hkdfSync, pbkdf2Sync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chat, refusal, seededRandom } from '../../test/building/builders.ts';
import { fromHex, toHex } from '../encoding/hex.ts';
import { utf8 } from '../encoding/text.ts';
import { deriveChatKey } from './derive-chat-key.ts';
import { createEpochKey, epochKeyFrom } from './epoch-key.ts';
import { assertIterations, maximumIterations, minimumReadIterations } from './kdf-limits.ts';

const node = (password: string, salt: string, iterations: number): string =>
  pbkdf2Sync(password, salt, iterations, 32, 'sha256').toString('hex');

describe('A chat key', () => {
  it('is what Node’s own PBKDF2 derives', async () => {
    const current = await deriveChatKey('pässword', chat);
    const previous = await deriveChatKey('pässword', chat, 'previous', 1_700_000_000_000);

    expect(toHex(current)).toBe(node('pässword', `${chat}_current_current`, 600_000));
    expect(toHex(previous)).toBe(node('pässword', `${chat}_previous_1700000000000`, 600_000));
  });

  it('is what Node derives for any password, chat and time', { timeout: 120_000 }, async () => {
    const readable = { purpose: 'read', iterations: 150_000 } as const;
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1, unit: 'grapheme' }),
        fc.uuid(),
        fc.option(fc.nat(), { nil: undefined }),
        async (password, chatId, time) => {
          const key = await deriveChatKey(password, chatId, 'current', time, readable);
          const salt = `${chatId}_current_${time ?? 'current'}`;
          expect(toHex(key)).toBe(node(password.normalize('NFKC'), salt, 150_000));
        },
      ),
      { numRuns: 8 },
    );
  });

  it('is the same for one password typed as composed or decomposed letters', async () => {
    const [composed, decomposed] = ['\u00e9\ufb01', 'e\u0301fi'];

    expect(await deriveChatKey(composed, chat)).toEqual(await deriveChatKey(decomposed, chat));
  });

  it('is refused for weak parameters, whoever chose them', async () => {
    const weak: unknown[] = [
      1,
      1_000,
      149_999,
      150_000,
      599_999,
      0,
      -1,
      '1e3',
      '600000',
      2 ** 31,
      10_000_001,
      Number.NaN,
      600_000.5,
      Number.POSITIVE_INFINITY,
      null,
      {},
      [600_000],
      600_000n,
    ];
    for (const iterations of weak) {
      const options = { iterations: iterations as number };
      const got = await refusal(() => deriveChatKey('pw', chat, 'current', 1, options));
      expect([String(iterations), got]).toEqual([String(iterations), 'weak_parameters']);
    }
    for (const iterations of [149_999, 0, 2 ** 31]) {
      const read = { iterations, purpose: 'read' } as const;
      expect(await refusal(() => deriveChatKey('pw', chat, 'current', 1, read))).toBe(
        'weak_parameters',
      );
    }
  });

  it('may cost 150,000 to 10,000,000 iterations', () => {
    for (const iterations of [minimumReadIterations, maximumIterations])
      expect(() => assertIterations(iterations, minimumReadIterations)).not.toThrow();
  });

  it('is refused for wrong arguments before any work is done', async () => {
    const derive = deriveChatKey as (...input: unknown[]) => Promise<Uint8Array>;
    expect(await refusal(() => derive('', chat))).toBe('RangeError');
    expect(await refusal(() => derive(5, chat))).toBe('TypeError');
    expect(await refusal(() => derive('pw', undefined))).toBe('TypeError');
    expect(await refusal(() => derive('pw', 5))).toBe('TypeError');
    expect(await refusal(() => derive('pw', ''))).toBe('RangeError');
    expect(await refusal(() => derive('pw', chat, 'next'))).toBe('RangeError');
    expect(await refusal(() => derive('pw', chat, 'current', -1))).toBe('RangeError');
    expect(await refusal(() => derive('pw', chat, 'current', '7'))).toBe('TypeError');
    expect(await refusal(() => derive('pw', chat, 'current', 7, { purpose: 'write' }))).toBe(
      'RangeError',
    );
    expect(await refusal(() => derive('\ud800', chat))).toBe('RangeError');
  });
});

describe('An epoch key', () => {
  it('comes back from its bytes with the same id and commitment', async () => {
    const made = await createEpochKey({ password: 'pw', chatId: chat, epoch: 3, timestampMs: 5 });
    const { key, epoch, timestampMs } = made;

    expect(await epochKeyFrom({ key, chatId: chat, epoch, timestampMs })).toEqual(made);
    expect(made.keyId).toEqual(made.commitment.subarray(0, 16));
  });

  it('is HKDF-SHA-256 of the chat key, salted at random, bound to chat, epoch and time', async () => {
    const input = { password: 'pw', chatId: chat, epoch: 3, timestampMs: 5 };
    const { key } = await createEpochKey({ ...input, random: seededRandom(1) });

    const field = (length: number, hex: string) =>
      `0000${length.toString(16).padStart(4, '0')}${hex}`;
    const info = [
      field(18, toHex(utf8('sotto/v1/epoch-key'))),
      '00000003',
      field(16, chat.replaceAll('-', '')),
      field(8, '0000000000000003'),
      field(8, '0000000000000005'),
    ].join('');
    const ikm = fromHex(node('pw', `${chat}_current_5`, 600_000));
    const salt = seededRandom(1)(32);
    expect(key).toEqual(new Uint8Array(hkdfSync('sha256', ikm, salt, fromHex(info), 32)));
  });

  it('differs with its randomness, although password, chat and time are the same', async () => {
    const input = { password: 'pw', chatId: chat, epoch: 3, timestampMs: 5 };
    const one = await createEpochKey({ ...input, random: seededRandom(1) });
    const two = await createEpochKey({ ...input, random: seededRandom(2) });

    expect(toHex(one.key)).not.toBe(toHex(two.key));
    expect(toHex(one.keyId)).not.toBe(toHex(two.keyId));
  });
});
