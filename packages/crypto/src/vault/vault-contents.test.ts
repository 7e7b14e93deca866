import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filled, refusal } from '../../test/building/builders.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { be16, be64 } from '../encoding/integers.ts';
import { parseContents, serializeContents, type SealedContents } from './vault-contents.ts';

const accountSeed = filled(32, 1);
const anchor = { version: 7, hash: filled(32, 2) };
const [passwordPublicKey, recoveryPublicKey] = [filled(1_216, 3), filled(1_216, 4)];
const formerVaultKeys = [filled(32, 5), filled(32, 6)];

/** The parts of contents of version 3, some of them exchanged. */
function version3(parts: Record<string, Uint8Array> = {}): Uint8Array {
  const whole: Record<string, Uint8Array> = {
    version: filled(1, 3),
    accountSeed,
    anchorVersion: be64(7),
    anchorHash: anchor.hash,
    passwordLength: be16(1_216),
    passwordPublicKey,
    recoveryLength: be16(1_216),
    recoveryPublicKey,
    count: be16(2),
    former: concatBytes(...formerVaultKeys),
    after: filled(0, 0),
  };
  return concatBytes(...Object.values({ ...whole, ...parts }));
}

describe('The contents of a vault', () => {
  it('have the lowest version that holds them', () => {
    const kept: [SealedContents, number, number][] = [
      [{ accountSeed }, 1, 33],
      [{ accountSeed, formerVaultKeys: [] }, 1, 33],
      [{ accountSeed, anchor }, 2, 73],
      [{ accountSeed, passwordPublicKey }, 3, 79 + 1_216],
      [{ accountSeed, recoveryPublicKey }, 3, 79 + 1_216],
      [{ accountSeed, anchor, formerVaultKeys }, 3, 79 + 64],
      [
        { accountSeed, anchor, passwordPublicKey, recoveryPublicKey, formerVaultKeys },
        3,
        79 + 2_432 + 64,
      ],
    ];
    for (const [contents, version, length] of kept) {
      const bytes = serializeContents(contents);
      expect([bytes[0], bytes.length]).toEqual([version, length]);
      expect(parseContents(bytes)).toEqual({ formerVaultKeys: [], ...contents, version });
    }
  });

  it('have each part in its place', () => {
    const whole = { accountSeed, anchor, passwordPublicKey, recoveryPublicKey, formerVaultKeys };
    expect(serializeContents(whole)).toEqual(version3());
    expect(serializeContents({ accountSeed, formerVaultKeys })).toEqual(
      version3({
        anchorVersion: be64(0),
        anchorHash: filled(32, 0),
        passwordLength: be16(0),
        passwordPublicKey: filled(0, 0),
        recoveryLength: be16(0),
        recoveryPublicKey: filled(0, 0),
      }),
    );
  });

  it('come back, whatever they are', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const contents = fc.record(
      {
        accountSeed: bytes(32),
        anchor: fc.record({ version: fc.integer({ min: 1, max: 2 ** 40 }), hash: bytes(32) }),
        passwordPublicKey: bytes(1_216),
        recoveryPublicKey: bytes(1_216),
        formerVaultKeys: fc.array(bytes(32), { maxLength: 5 }),
      },
      { requiredKeys: ['accountSeed', 'formerVaultKeys'] },
    );
    fc.assert(
      fc.property(contents, (kept) => {
        const { version, ...read } = parseContents(serializeContents(kept));
        expect(read).toEqual(kept);
        const rich = kept.passwordPublicKey ?? kept.recoveryPublicKey ?? kept.formerVaultKeys[0];
        expect(version).toBe(rich ? 3 : kept.anchor ? 2 : 1);
      }),
      { numRuns: 50 },
    );
  });

  it('are refused in any other form', async () => {
    const others: Record<string, [Uint8Array, string]> = {
      nothing: [filled(0, 0), 'bad_encoding'],
      'version 0': [version3({ version: filled(1, 0) }), 'open_failed'],
      'version 5': [version3({ version: filled(1, 5) }), 'open_failed'],
      'version 4 without a voucher': [version3({ version: filled(1, 4) }), 'bad_encoding'],
      'version 3 with a voucher': [version3({ after: filled(32, 1) }), 'bad_encoding'],
      'version 1 with more': [version3({ version: filled(1, 1) }), 'bad_encoding'],
      'version 2 with more': [version3({ version: filled(1, 2) }), 'bad_encoding'],
      'version 2 without an anchor': [
        concatBytes(filled(1, 2), accountSeed, filled(40, 0)),
        'open_failed',
      ],
      'version 2 with a hash of nothing': [
        concatBytes(filled(1, 2), accountSeed, be64(0), anchor.hash),
        'open_failed',
      ],
      'a hash of nothing': [version3({ anchorVersion: be64(0) }), 'open_failed'],
      'the last byte of a hash of nothing': [
        version3({ anchorVersion: be64(0), anchorHash: Uint8Array.of(...filled(31, 0), 1) }),
        'open_failed',
      ],
      'an anchor above 2^53': [version3({ anchorVersion: filled(8, 255) }), 'bad_encoding'],
      'a public key one byte short': [
        version3({ passwordLength: be16(1_215), passwordPublicKey: filled(1_215, 3) }),
        'open_failed',
      ],
      'a public key one byte long': [
        version3({ recoveryLength: be16(1_217), recoveryPublicKey: filled(1_217, 3) }),
        'open_failed',
      ],
      'a key fewer than counted': [version3({ count: be16(3) }), 'bad_encoding'],
      'a key more than counted': [version3({ count: be16(1) }), 'bad_encoding'],
      'a byte more': [version3({ after: filled(1, 0) }), 'bad_encoding'],
      'a byte less': [version3().slice(0, -1), 'bad_encoding'],
    };
    for (const [what, [bytes, code]] of Object.entries(others)) {
      expect([what, await refusal(() => parseContents(bytes))]).toEqual([what, code]);
    }
    expect(await refusal(() => parseContents(version3()))).toBe('accepted');
  });

  it('hold as many former keys as their number tells', async () => {
    const keys = (count: number) => ({
      accountSeed,
      formerVaultKeys: Array.from({ length: count }, (_, index) => filled(32, index % 256)),
    });

    expect(parseContents(serializeContents(keys(300)))).toMatchObject(keys(300));
    expect(await refusal(() => serializeContents(keys(65_536)))).toBe('RangeError');
  });

  it('are not written with a part of another length', async () => {
    const wrong: SealedContents[] = [
      { accountSeed: filled(31, 1) },
      { accountSeed, anchor: { version: 0, hash: anchor.hash } },
      { accountSeed, anchor: { version: 1, hash: filled(33, 1) } },
      { accountSeed, passwordPublicKey: filled(1_215, 1) },
      { accountSeed, recoveryPublicKey: filled(1_217, 1) },
      { accountSeed, formerVaultKeys: [filled(32, 1), filled(33, 1)] },
    ];
    for (const contents of wrong) {
      expect(await refusal(() => serializeContents(contents))).toBe('RangeError');
    }
  });
});
