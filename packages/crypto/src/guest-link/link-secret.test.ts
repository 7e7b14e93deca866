import { describe, expect, it } from 'vitest';
import {
  alice,
  bob,
  chat,
  damaged,
  filled,
  offsetView,
  otherChat,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import { onEachBackEnd } from '../../test/known-answers/on-each-back-end.ts';
import {
  formatLinkSecret,
  generateLinkSecret,
  parseLinkSecret,
  tagGuestBundle,
  verifyGuestBundle,
} from './link-secret.ts';

const secret = generateLinkSecret({ random: seededRandom(1) });
const binding = { meetingId: chat, guestSessionId: alice, bundle: filled(100, 4) };

onEachBackEnd('A link secret', () => {
  it('vouches for exactly these keys of this guest in this meeting', async () => {
    const tag = await tagGuestBundle(offsetView(secret), binding);

    expect(tag.length).toBe(32);
    expect(await verifyGuestBundle(secret, binding, offsetView(tag))).toBe(true);
    for (const [, copy] of damaged(tag)) {
      expect(await verifyGuestBundle(secret, binding, copy)).toBe(false);
    }
    for (const part of [
      { meetingId: otherChat },
      { guestSessionId: bob },
      { bundle: filled(101, 4) },
    ]) {
      expect(await verifyGuestBundle(secret, { ...binding, ...part }, tag)).toBe(false);
    }
    expect(await verifyGuestBundle(filled(32, 9), binding, tag)).toBe(false);
  });
});

describe('The fragment of a link', () => {
  it('holds the secret in one spelling', async () => {
    const text = formatLinkSecret(secret);

    expect(secret).toEqual(seededRandom(1)(32));
    expect(text).toMatch(/^[\w-]{43}$/);
    expect(parseLinkSecret(text)).toEqual(secret);
    expect(parseLinkSecret(`#${text}`)).toEqual(secret);
    for (const wrong of [
      '',
      '#',
      `${text}=`,
      text.slice(1),
      `##${text}`,
      `${text.slice(0, 5)}#${text.slice(5)}`,
      `${text.slice(0, -1)}_`,
    ]) {
      expect([wrong, await refusal(() => parseLinkSecret(wrong))]).toEqual([wrong, 'bad_encoding']);
    }
  });
});
