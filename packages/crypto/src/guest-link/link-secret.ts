/**
 * The secret of a guest link: 32 bytes in the URL's fragment, which no server is sent. The guest's client
 * tags its keys with it, so that a member who knows the secret takes no keys that a relay put in their
 * place.
 */
import { assertBytes, equalBytes } from '../encoding/bytes.ts';
import { fromBase64Url, toBase64Url } from '../encoding/base64.ts';
import { frame } from '../encoding/frame.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import { hkdfSha256 } from '../primitives/hkdf.ts';
import { hmacSha256 } from '../primitives/hmac.ts';
import { drawRandom, systemRandom, type RandomSource } from '../primitives/random.ts';

const secretBytes = 32;

/** A fresh secret for one link, 32 bytes. */
export function generateLinkSecret(options: { random?: RandomSource } = {}): Uint8Array {
  return drawRandom(options.random ?? systemRandom, secretBytes);
}

/** The secret as the fragment of a URL: 43 characters of base64url. */
export function formatLinkSecret(secret: Uint8Array): string {
  assertBytes(secret, 'secret', secretBytes);
  return toBase64Url(secret);
}

/** Reads a fragment, with or without its #; `bad_encoding` for anything but the one spelling. */
export function parseLinkSecret(fragment: string): Uint8Array {
  if (typeof fragment !== 'string') throw new TypeError('fragment: expected string');
  const secret = fromBase64Url(fragment.replace(/^#/, ''));
  if (secret.length !== secretBytes) throw new CryptoError('bad_encoding', 'not a link secret');
  return secret;
}

/** What the tag binds: one guest session of one meeting, and the keys it publishes. */
export interface GuestBundleBinding {
  meetingId: string;
  /** The guest's session id, a canonical UUID. */
  guestSessionId: string;
  /** The serialised keys as they are published: identity key, prekeys and their signatures. */
  bundle: Uint8Array;
}

/** HMAC-SHA-256, 32 bytes, under a key derived from the secret. */
export async function tagGuestBundle(
  secret: Uint8Array,
  { meetingId, guestSessionId, bundle }: GuestBundleBinding,
): Promise<Uint8Array> {
  assertBytes(secret, 'secret', secretBytes);
  assertBytes(bundle, 'bundle');
  const info = frame('sotto/v1/guest-link-key', [uuidBytes(meetingId)]);
  const key = await hkdfSha256({ ikm: secret, salt: new Uint8Array(0), info, length: 32 });
  const fields = [uuidBytes(meetingId), uuidBytes(guestSessionId), bundle];
  return hmacSha256(key, frame('sotto/v1/guest-bundle', fields));
}

/** Whether a tag was made with this secret for exactly this binding; compared in constant time. */
export async function verifyGuestBundle(
  secret: Uint8Array,
  binding: GuestBundleBinding,
  tag: Uint8Array,
): Promise<boolean> {
  assertBytes(tag, 'tag');
  return equalBytes(await tagGuestBundle(secret, binding), tag);
}
