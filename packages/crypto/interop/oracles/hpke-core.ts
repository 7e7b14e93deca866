/** HPKE with @hpke/core: suite 1, suite 2 (X-Wing) and the P-256 suite of credential bundles. */
import { kemP256 } from '../../src/credential-bundle/dhkem-p256.ts';
import { toHex } from '../../src/encoding/hex.ts';
import {
  generateHybridKeyPair,
  generateSealingKeyPair,
  generateSessionKeypair,
  fromHex,
  systemRandom,
} from '../../src/index.ts';
import { openBase, sealBase } from '../../src/seal/hpke-base.ts';
import { kemX25519, kemXWing, type HpkeKem } from '../../src/seal/hpke-kem.ts';
import { importOracle } from '../install-oracle.ts';
import { attempt, type InteropResult } from '../result.ts';

interface Kem {
  deserializePublicKey(bytes: Uint8Array): Promise<object>;
  deserializePrivateKey(bytes: Uint8Array): Promise<object>;
}
interface Context {
  enc: ArrayBuffer;
  seal(plaintext: Uint8Array, aad: Uint8Array): Promise<ArrayBuffer>;
  open(ciphertext: Uint8Array, aad: Uint8Array): Promise<ArrayBuffer>;
}
interface Suite {
  createSenderContext(input: object): Promise<Context>;
  createRecipientContext(input: object): Promise<Context>;
}
interface Hpke {
  CipherSuite: new (parts: object) => Suite;
  DhkemX25519HkdfSha256: new () => Kem;
  DhkemP256HkdfSha256: new () => Kem;
  HkdfSha256: new () => object;
  Aes256Gcm: new () => object;
}

interface Pairing {
  what: string;
  ours: HpkeKem;
  theirs: Kem;
  keys: () => Promise<{ publicKey: Uint8Array; privateKey: Uint8Array }>;
}

const version = '1.9.0';
const rounds = 10;
const info = systemRandom(20);
const aad = systemRandom(9);

async function weSeal(suite: Suite, { ours, theirs, keys }: Pairing): Promise<string> {
  for (let i = 0; i < rounds; i++) {
    const { publicKey, privateKey } = await keys();
    const plaintext = systemRandom(i * 17);
    const { enc, ciphertext } = await sealBase(ours, {
      recipientPublicKey: publicKey,
      info,
      aad,
      plaintext,
    });
    const recipientKey = await theirs.deserializePrivateKey(privateKey);
    const context = await suite.createRecipientContext({ recipientKey, enc, info });
    const opened = new Uint8Array(await context.open(ciphertext, aad));
    if (toHex(opened) !== toHex(plaintext)) throw new Error('another text');
  }
  return `${rounds} seals`;
}

async function itSeals(suite: Suite, { ours, theirs, keys }: Pairing): Promise<string> {
  for (let i = 0; i < rounds; i++) {
    const { publicKey, privateKey } = await keys();
    const plaintext = systemRandom(i * 17);
    const recipientPublicKey = await theirs.deserializePublicKey(publicKey);
    const context = await suite.createSenderContext({ recipientPublicKey, info });
    const ciphertext = new Uint8Array(await context.seal(plaintext, aad));
    const opened = await openBase(ours, {
      recipientPrivateKey: privateKey,
      enc: new Uint8Array(context.enc),
      info,
      aad,
      ciphertext,
    });
    if (toHex(opened) !== toHex(plaintext)) throw new Error('another text');
  }
  return `${rounds} seals`;
}

/** Every suite, both ways. */
export async function hpkeCore(): Promise<InteropResult[]> {
  const lib = (await importOracle('@hpke/core', version)) as Hpke;
  const hybrid = (await importOracle('@hpke/hybridkem-x-wing', '0.7.0')) as {
    XWing: new () => Kem;
  };
  const pairings: Pairing[] = [
    {
      what: 'HPKE suite 1',
      ours: kemX25519,
      theirs: new lib.DhkemX25519HkdfSha256(),
      keys: generateSealingKeyPair,
    },
    {
      what: 'HPKE suite 2 (X-Wing)',
      ours: kemXWing,
      theirs: new hybrid.XWing(),
      keys: generateHybridKeyPair,
    },
    {
      what: 'HPKE P-256',
      ours: kemP256,
      theirs: new lib.DhkemP256HkdfSha256(),
      keys: async () => {
        const { uncompressedPublicKeyHex, privateKeyHex } = generateSessionKeypair();
        return { publicKey: fromHex(uncompressedPublicKeyHex), privateKey: fromHex(privateKeyHex) };
      },
    },
  ];
  const results: InteropResult[] = [];
  for (const pairing of pairings) {
    const suite = new lib.CipherSuite({
      kem: pairing.theirs,
      kdf: new lib.HkdfSha256(),
      aead: new lib.Aes256Gcm(),
    });
    const place = { oracle: `@hpke/core ${version}`, what: pairing.what };
    const sealing = { ...place, direction: 'we seal' };
    results.push(await attempt(sealing, () => weSeal(suite, pairing)));
    const opening = { ...place, direction: 'it seals' };
    results.push(await attempt(opening, () => itSeals(suite, pairing)));
  }
  return results;
}
