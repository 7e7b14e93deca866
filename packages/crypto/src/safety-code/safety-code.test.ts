import { describe, expect, it } from 'vitest';
import { alice, bob, filled, refusal, seededRandom } from '../../test/building/builders.ts';
import { generateIdentityKeyPair } from '../identity/identity-key-pair.ts';
import { safetyCode } from './safety-code.ts';

describe('A safety code', () => {
  it('is the same 60 digits on both sides and changes with either key or person', async () => {
    const { publicKey: ours } = await generateIdentityKeyPair({ random: seededRandom(1) });
    const { publicKey: theirs } = await generateIdentityKeyPair({ random: seededRandom(2) });
    const input = {
      ourUserId: alice,
      ourAccountKey: ours,
      theirUserId: bob,
      theirAccountKey: theirs,
    };
    const mirrored = {
      ourUserId: bob,
      ourAccountKey: theirs,
      theirUserId: alice,
      theirAccountKey: ours,
    };

    const code = await safetyCode(input);

    expect(code).toMatch(/^\d{60}$/);
    expect(await safetyCode(mirrored)).toBe(code);
    expect(await safetyCode({ ...input, theirAccountKey: ours })).not.toBe(code);
    expect(await safetyCode({ ...input, theirUserId: alice })).not.toBe(code);
  });

  it('is not shown for a refused key', async () => {
    const { publicKey } = await generateIdentityKeyPair();
    const input = {
      ourUserId: alice,
      ourAccountKey: publicKey,
      theirUserId: bob,
      theirAccountKey: filled(33, 5),
    };
    const lowOrder = Uint8Array.of(5, ...filled(32, 0));

    expect(await refusal(() => safetyCode({ ...input, theirAccountKey: lowOrder }))).toBe(
      'bad_key',
    );
    expect(await refusal(() => safetyCode({ ...input, theirUserId: 'bob' }))).toBe('bad_encoding');
  });
});
