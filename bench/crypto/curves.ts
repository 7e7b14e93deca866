import { diffieHellman, generateKeyPairSync, sign, verify } from 'node:crypto';
import { systemRandom } from '../../packages/crypto/src/index.ts';
import { identityKeyPairFromSeed } from '../../packages/crypto/src/identity/identity-key-pair.ts';
import { xeddsaSigner } from '../../packages/crypto/src/identity/sign-xeddsa.ts';
import { verifyXEdDSA } from '../../packages/crypto/src/identity/verify-xeddsa.ts';
import { X25519PrivateKey, X25519PublicKey } from '../../packages/crypto/src/primitives/x25519.ts';
import type { Peers } from './peers.ts';
import type { Row } from './table.ts';
import { timed } from './timing.ts';

/**
 * The least that the native calls take in this Node, keys at hand: WebCrypto's, which is what the package has in browsers
 * and in Node alike, and Node's own synchronous ones.
 */
async function floors(message: Uint8Array) {
  const { subtle } = globalThis.crypto;
  const agreeing = generateKeyPairSync('x25519');
  const signing = generateKeyPairSync('ed25519');
  const asJwk = { format: 'jwk' } as const;
  const [dhPrivate, dhPublic, signPrivate, signPublic] = await Promise.all([
    subtle.importKey('jwk', agreeing.privateKey.export(asJwk), 'X25519', false, ['deriveBits']),
    subtle.importKey('jwk', agreeing.publicKey.export(asJwk), 'X25519', false, []),
    subtle.importKey('jwk', signing.privateKey.export(asJwk), 'Ed25519', false, ['sign']),
    subtle.importKey('jwk', signing.publicKey.export(asJwk), 'Ed25519', false, ['verify']),
  ]);
  const signature = sign(null, message, signing.privateKey);
  const [webcrypto, node] = ['one WebCrypto call', 'one node:crypto call'];
  return {
    agree: {
      [webcrypto]: () =>
        timed(() => subtle.deriveBits({ name: 'X25519', public: dhPublic }, dhPrivate, 256)),
      [node]: () => timed(() => diffieHellman(agreeing)),
    },
    sign: {
      [webcrypto]: () => timed(() => subtle.sign('Ed25519', signPrivate, message)),
      [node]: () => timed(() => sign(null, message, signing.privateKey)),
    },
    verify: {
      [webcrypto]: () => timed(() => subtle.verify('Ed25519', signPublic, signature, message)),
      [node]: () => timed(() => verify(null, message, signing.publicKey, signature)),
    },
  };
}

/** Agreements and signatures, keys at hand. */
export async function curveRows({ lib, sodium, matrix }: Peers): Promise<Row[]> {
  const message = systemRandom(100);
  const [native, other] = [lib.PrivateKey.generate(), lib.PrivateKey.generate().getPublicKey()];
  const nativePublic = native.getPublicKey();
  const nativeSignature = native.sign(message);
  const otherBytes = Uint8Array.from(other.serialize()).subarray(1);
  const privateKey = systemRandom(32);
  // A new object for each back end: a key is imported once, by the back end that first uses it.
  const agreeing = async () => {
    const key = new X25519PrivateKey(privateKey);
    const peer = new X25519PublicKey(otherBytes);
    await key.agree(peer);
    return timed(() => key.agree(peer));
  };
  const seed = systemRandom(32);
  const { publicKey } = await identityKeyPairFromSeed(seed);
  const ownSign = await xeddsaSigner(seed);
  const signature = await ownSign(message);
  const floor = await floors(message);
  const room = await matrix();
  const asciiMessage = 'm'.repeat(message.length);
  const sodiumKey = sodium.crypto_sign_keypair();
  const sodiumSignature = sodium.crypto_sign_detached(message, sodiumKey.privateKey);
  return [
    {
      what: 'X25519 agreement',
      ours: agreeing,
      libsignal: () => timed(() => native.agree(other)),
      others: {
        'libsodium-wrappers': () => timed(() => sodium.crypto_scalarmult(privateKey, otherBytes)),
        ...floor.agree,
      },
      atMost: 1.5,
    },
    {
      what: 'XEdDSA sign, 100 bytes',
      ours: () => timed(() => ownSign(message)),
      libsignal: () => timed(() => native.sign(message)),
      others: {
        'libsodium-wrappers, Ed25519': () =>
          timed(() => sodium.crypto_sign_detached(message, sodiumKey.privateKey)),
        'matrix-sdk-crypto-wasm, Ed25519': () => timed(() => room.sign(asciiMessage)),
        ...floor.sign,
      },
      atMost: 1.5,
    },
    {
      what: 'XEdDSA verify, 100 bytes',
      ours: () => timed(() => verifyXEdDSA({ publicKey, message, signature })),
      libsignal: () => timed(() => nativePublic.verify(message, nativeSignature)),
      others: {
        'libsodium-wrappers, Ed25519': () =>
          timed(() =>
            sodium.crypto_sign_verify_detached(sodiumSignature, message, sodiumKey.publicKey),
          ),
        ...floor.verify,
      },
      atMost: 2.2,
    },
  ];
}
