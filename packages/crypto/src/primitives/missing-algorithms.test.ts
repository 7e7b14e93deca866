/** Engines that lack a curve in WebCrypto, or break it: each algorithm falls back to noble by itself. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { filled } from '../../test/building/builders.ts';
import { fromBase64Url } from '../encoding/base64.ts';
import { toHex } from '../encoding/hex.ts';
import { signWithNonce } from './ed25519-sign.ts';
import { systemRandom } from './random.ts';

type WebCrypto = Partial<typeof globalThis.crypto>;
type Method = 'importKey' | 'generateKey' | 'sign' | 'deriveBits';

const nameOf = (algorithm: unknown): string =>
  typeof algorithm === 'string' ? algorithm : ((algorithm as { name?: string }).name ?? '');

/** WebCrypto in which some methods treat one algorithm differently. */
function alteredCrypto(
  algorithm: string,
  instead: Partial<Record<Method, (...parts: unknown[]) => Promise<unknown>>>,
): WebCrypto {
  const real = globalThis.crypto;
  const subtle = new Proxy(real.subtle, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const own = (value as (...parts: unknown[]) => unknown).bind(target);
      const other = instead[property as Method];
      if (!other) return own;
      return (...parts: unknown[]) =>
        parts.some((part) => nameOf(part ?? '') === algorithm) ? other(...parts) : own(...parts);
    },
  });
  return {
    subtle,
    getRandomValues: real.getRandomValues.bind(real),
    randomUUID: real.randomUUID.bind(real),
  };
}

const refused = () => Promise.reject(new DOMException('unknown', 'NotSupportedError'));

/** An Ed25519 signature with a random nonce. */
async function hedged(_algorithm: unknown, key: unknown, message: unknown): Promise<ArrayBuffer> {
  const { subtle } = globalThis.crypto;
  const { d } = await subtle.exportKey('jwk', key as Parameters<typeof subtle.exportKey>[1]);
  const { head, pointBytes } = ed25519.utils.getExtendedPublicKey(fromBase64Url(d ?? ''));
  const signature = await signWithNonce({
    privateScalar: head,
    publicKey: pointBytes,
    nonceHash: systemRandom(64),
    message: message as Uint8Array,
  });
  return Uint8Array.from(signature).buffer;
}

/** The package as it is loaded where WebCrypto is like this. */
async function loadedIn(crypto: WebCrypto) {
  vi.stubGlobal('crypto', crypto);
  vi.resetModules();
  const { isMissingNatively } = await import('./back-end.ts');
  return { ...(await import('../index.ts')), isMissingNatively };
}

type Loaded = Awaited<ReturnType<typeof loadedIn>>;

async function signsAndSeals(loaded: Loaded): Promise<void> {
  const seed = filled(32, 3);
  const message = filled(10, 4);
  const { publicKey } = await loaded.identityKeyPairFromSeed(seed);
  const signature = await loaded.signXEdDSA({ seed, message });
  expect(await loaded.verifyXEdDSA({ publicKey, message, signature })).toBe(true);

  const keys = await loaded.generateSealingKeyPair();
  const place = { info: filled(3, 1), aad: filled(3, 2) };
  const sealed = await loaded.hpkeSeal({
    recipientPublicKey: keys.publicKey,
    plaintext: message,
    ...place,
  });
  const opened = await loaded.hpkeOpen({
    recipientPrivateKey: keys.privateKey,
    recipientPublicKey: keys.publicKey,
    ...sealed,
    ...place,
  });
  expect(toHex(opened)).toBe(toHex(message));
}

beforeEach(() => vi.resetModules());
afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe('WebCrypto', () => {
  it('is used for both curves where it has them', async () => {
    const loaded = await loadedIn(alteredCrypto('none', {}));
    await signsAndSeals(loaded);

    expect(loaded.isMissingNatively('Ed25519 signing')).toBe(false);
    expect(loaded.isMissingNatively('X25519')).toBe(false);
  });

  it('without Ed25519 signs nothing, and noble signs and verifies', async () => {
    const loaded = await loadedIn(alteredCrypto('Ed25519', { importKey: refused }));
    await signsAndSeals(loaded);

    expect(loaded.isMissingNatively('Ed25519 signing')).toBe(true);
    expect(loaded.isMissingNatively('Ed25519')).toBe(true);
    expect(loaded.isMissingNatively('X25519')).toBe(false);
  });

  it('that makes wrong signatures is not asked for more of them', async () => {
    const sign = vi.fn(async () => new ArrayBuffer(64));
    const loaded = await loadedIn(alteredCrypto('Ed25519', { sign }));
    await signsAndSeals(loaded);

    expect(loaded.isMissingNatively('Ed25519 signing')).toBe(true);
    expect(sign).toHaveBeenCalledTimes(1);
  });

  it('that mixes randomness into its signatures is used, as they verify', async () => {
    const sign = vi.fn(hedged);
    const loaded = await loadedIn(alteredCrypto('Ed25519', { sign }));
    await signsAndSeals(loaded);

    expect(loaded.isMissingNatively('Ed25519 signing')).toBe(false);
    expect(sign).toHaveBeenCalledTimes(2);
  });

  it('without X25519 makes no keys, and noble makes, seals and opens', async () => {
    const generateKey = vi.fn(refused);
    const loaded = await loadedIn(alteredCrypto('X25519', { importKey: refused, generateKey }));
    await signsAndSeals(loaded);

    expect(loaded.isMissingNatively('X25519')).toBe(true);
    expect(generateKey).not.toHaveBeenCalled();
  });

  it('with a wrong X25519 is not used for it', async () => {
    const deriveBits = vi.fn(async () => new ArrayBuffer(32));
    const loaded = await loadedIn(alteredCrypto('X25519', { deriveBits }));
    await signsAndSeals(loaded);

    expect(loaded.isMissingNatively('X25519')).toBe(true);
    expect(deriveBits).toHaveBeenCalledTimes(1);
  });

  it('may be absent altogether', async () => {
    const loaded = await loadedIn({
      getRandomValues: globalThis.crypto.getRandomValues.bind(globalThis.crypto),
    });
    await signsAndSeals(loaded);

    expect(loaded.isMissingNatively('X25519')).toBe(true);
  });
});
