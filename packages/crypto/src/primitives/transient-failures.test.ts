import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { filled } from '../../test/building/builders.ts';
import { onEachBackEnd } from '../../test/known-answers/on-each-back-end.ts';
import { toHex } from '../encoding/hex.ts';
import { X25519PrivateKey } from './x25519.ts';

/** How many of the next calls of WebCrypto fail, and of which method. */
const failing = { method: '', calls: 0, failed: 0 };

/** WebCrypto whose calls fail when they are told to. */
function faultyCrypto(): Partial<typeof globalThis.crypto> {
  const real = globalThis.crypto;
  const subtle = new Proxy(real.subtle, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const own = (value as (...parts: unknown[]) => unknown).bind(target);
      return (...parts: unknown[]) => {
        if (property !== failing.method || failing.calls === 0) return own(...parts);
        failing.calls -= 1;
        failing.failed += 1;
        return Promise.reject(new DOMException('out of memory', 'OperationError'));
      };
    },
  });
  return { subtle, getRandomValues: real.getRandomValues.bind(real) };
}

async function loaded() {
  vi.stubGlobal('crypto', faultyCrypto());
  vi.resetModules();
  return { ...(await import('../index.ts')), ...(await import('./aes-cbc.ts')) };
}

type Loaded = Awaited<ReturnType<typeof loaded>>;

/** Operations on held keys, each with what it gives. */
async function operations(sotto: Loaded): Promise<[string, () => Promise<string>][]> {
  const seed = filled(32, 3);
  const message = filled(6_000, 4);
  const { publicKey } = await sotto.identityKeyPairFromSeed(Uint8Array.from(seed));
  const signature = await sotto.signXEdDSA({ seed: Uint8Array.from(seed), message });
  const sealing = await sotto.sealingKeyPairFromPrivateKey(filled(32, 5));
  const place = { info: filled(3, 1), aad: filled(3, 2) };
  const sealed = await sotto.hpkeSeal({
    recipientPublicKey: sealing.publicKey,
    plaintext: message,
    ...place,
  });
  const recordKey = filled(32, 6);
  const record = await sotto.encryptRecord({
    key: Uint8Array.from(recordKey),
    context: [],
    plaintext: message,
  });
  const cbc = await sotto.aesCbcEncrypt(filled(32, 7), filled(16, 8), message);
  const privateKey = Uint8Array.from(sealing.privateKey);
  return [
    ['verify', async () => String(await sotto.verifyXEdDSA({ publicKey, message, signature }))],
    [
      'sign',
      async () => {
        const made = await sotto.signXEdDSA({ seed, message });
        return String(await sotto.verifyXEdDSA({ publicKey, message, signature: made }));
      },
    ],
    [
      'public key',
      async () => toHex((await sotto.sealingKeyPairFromPrivateKey(privateKey)).publicKey),
    ],
    ['identity', async () => toHex((await sotto.identityKeyPairFromSeed(seed)).publicKey)],
    [
      'open',
      async () =>
        toHex(
          await sotto.hpkeOpen({
            recipientPrivateKey: privateKey,
            recipientPublicKey: sealing.publicKey,
            ...sealed,
            ...place,
          }),
        ),
    ],
    [
      'record',
      async () =>
        toHex(await sotto.decryptRecord({ key: recordKey, context: [], ciphertext: record })),
    ],
    ['cbc', async () => toHex(await sotto.aesCbcDecrypt(filled(32, 7), filled(16, 8), cbc))],
    ['digest', async () => toHex(await sotto.sha256(message))],
  ];
}

beforeEach(() => vi.resetModules());
afterEach(() => {
  Object.assign(failing, { method: '', calls: 0, failed: 0 });
  vi.unstubAllGlobals();
  vi.resetModules();
});

it('A call of WebCrypto that fails once changes no result, then or later', async () => {
  const methods = ['importKey', 'sign', 'verify', 'deriveBits', 'decrypt', 'digest', 'exportKey'];
  const wrong: string[] = [];
  const hit = new Set<string>();
  const expected = new Map(
    await Promise.all(
      (await operations(await loaded())).map(async ([name, run]): Promise<[string, string]> => [
        name,
        await run(),
      ]),
    ),
  );
  for (const method of methods) {
    for (const [name, run] of await operations(await loaded())) {
      Object.assign(failing, { method, calls: 1, failed: 0 });
      for (const time of [1, 2, 3]) {
        const got = await run().catch((error: unknown) => String(error));
        if (got !== expected.get(name)) wrong.push(`${name}, ${method}, ${time}: ${got}`);
      }
      if (failing.failed > 0) hit.add(method);
      failing.calls = 0;
    }
  }

  expect(wrong).toEqual([]);
  expect([...hit]).toEqual(methods);
});

it('A probe that fails for a moment is made again', async () => {
  const { isMissingNatively } = await import('./back-end.ts');
  expect(isMissingNatively('X25519')).toBe(false);
  const sotto = await loaded();
  const { isMissingNatively: isMissing } = await import('./back-end.ts');
  Object.assign(failing, { method: 'importKey', calls: 1 });
  await sotto.sealingKeyPairFromPrivateKey(filled(32, 5));
  expect(isMissing('X25519')).toBe(true);

  await sotto.sealingKeyPairFromPrivateKey(filled(32, 5));

  expect(isMissing('X25519')).toBe(false);
});

onEachBackEnd('An X25519 private key with a public key that is not its own', () => {
  it('is refused, whatever is asked of it', async () => {
    const key = () => new X25519PrivateKey(filled(32, 5), filled(32, 9));
    const peer = await new X25519PrivateKey(filled(32, 6)).publicKey();

    await expect(key().publicKey()).rejects.toMatchObject({ code: 'bad_key' });
    await expect(key().agree(peer)).rejects.toMatchObject({ code: 'bad_key' });
  });
});
