import { openBundle } from '../../credential-bundle/hpke-bundle.ts';
import { concatBytes } from '../../encoding/bytes.ts';
import { fromHex, toHex } from '../../encoding/hex.ts';
import { kyber1024Decapsulate, kyber1024KeyPair } from '../../primitives/ml-kem-1024.ts';
import {
  mlKem768Bytes,
  mlKem768Decapsulate,
  mlKem768KeyPair,
} from '../../primitives/ml-kem-768-halves.ts';
import { sha256 } from '../../primitives/sha2.ts';
import { XWingPrivateKey, xWingEncapsulate } from '../../primitives/x-wing.ts';
import { hpkeOpen, hpkeSeal } from '../../seal/hpke.ts';
import { altered, refusalOf, type KnownAnswers } from '../known-answer.ts';
import { mlKem1024Vector, mlKem768Vector } from './recorded-ml-kem.ts';

const hpke = {
  info: '4f6465206f6e2061204772656369616e2055726e',
  ephemeralSeed: '2cd7c601cefb3d42a62b04b7a9041494c06c7843818e0ce28a8f704ae7ab20f9',
  privateKey: '497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d',
  publicKey: '430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c',
  enc: '6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256',
  aad: '436f756e742d30',
  plaintext: '4265617574792069732074727574682c20747275746820626561757479',
  ciphertext:
    'e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a',
};

const openHpke = (ciphertext: Uint8Array) =>
  hpkeOpen({
    recipientPrivateKey: fromHex(hpke.privateKey),
    enc: fromHex(hpke.enc),
    info: fromHex(hpke.info),
    aad: fromHex(hpke.aad),
    ciphertext,
  });

const sealHpke = () =>
  hpkeSeal({
    recipientPublicKey: fromHex(hpke.publicKey),
    info: fromHex(hpke.info),
    aad: fromHex(hpke.aad),
    plaintext: fromHex(hpke.plaintext),
    random: () => fromHex(hpke.ephemeralSeed),
  });

const xWing = {
  seed: '7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26',
  random:
    '3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e235b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2',
  secret: 'd2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384',
};

const bundle = {
  privateKey: 'c796dbe808221a590aebb38e7f9abd9905edf0a2d8899f76f3a327f47e706ea8',
  plaintext: 'e09c5154e0d37e8370e36859c45a50cb7aa355724be15583a1aea24b6ec1773b',
  bundle:
    'ymrCyohZyWPft9Vz96h3R3aSEW722yH8uKVCiWRcxjbkZT9rRm1uV6uz95yxWLsbZwXy5rqLb3empqsEB88wcshZB6gjvAq1FPNUrRCRGxZpAZJsWFA',
};

async function mlKem768Secret(): Promise<string> {
  const ciphertext = fromHex(mlKem768Vector.ciphertext);
  const first = ciphertext.subarray(0, mlKem768Bytes.first);
  const second = ciphertext.subarray(mlKem768Bytes.first);
  return toHex(mlKem768Decapsulate(fromHex(mlKem768Vector.seed), first, second));
}

/** Key encapsulation, and HPKE on it. */
export const kems: readonly KnownAnswers[] = [
  {
    algorithm: 'ML-KEM-768',
    origin: 'Project Wycheproof, mlkem_768_test.json',
    native: [],
    answers: [
      {
        compute: async () => {
          const { header, vector } = mlKem768KeyPair(fromHex(mlKem768Vector.seed));
          return toHex(await sha256(concatBytes(vector, header.subarray(0, 32))));
        },
        expected: mlKem768Vector.publicKeySha256,
      },
      { compute: mlKem768Secret, expected: mlKem768Vector.secret },
    ],
  },
  {
    algorithm: 'Kyber1024',
    origin: 'Project Wycheproof, mlkem_1024_test.json, the secret finished as in round 3',
    native: [],
    answers: [
      {
        compute: async () =>
          toHex(await sha256(kyber1024KeyPair(fromHex(mlKem1024Vector.seed)).publicKey)),
        expected: mlKem1024Vector.publicKeySha256,
      },
      {
        compute: async () => {
          const { secretKey } = kyber1024KeyPair(fromHex(mlKem1024Vector.seed));
          return toHex(kyber1024Decapsulate(fromHex(mlKem1024Vector.ciphertext), secretKey));
        },
        expected: mlKem1024Vector.roundThreeSecret,
      },
    ],
  },
  {
    algorithm: 'X-Wing',
    origin: 'draft-connolly-cfrg-xwing-kem, appendix C, first vector',
    native: ['X25519'],
    answers: [
      {
        compute: async () => {
          const publicKey = await new XWingPrivateKey(fromHex(xWing.seed)).publicKey();
          return toHex((await xWingEncapsulate(publicKey, fromHex(xWing.random))).sharedSecret);
        },
        expected: xWing.secret,
      },
      {
        compute: async () => {
          const key = new XWingPrivateKey(fromHex(xWing.seed));
          const made = await xWingEncapsulate(await key.publicKey(), fromHex(xWing.random));
          return toHex(await key.decapsulate(made.ciphertext));
        },
        expected: xWing.secret,
      },
    ],
  },
  {
    algorithm: 'HPKE, X25519',
    origin: 'RFC 9180, appendix A for suite DHKEM(X25519), HKDF-SHA256, AES-256-GCM',
    native: ['X25519', 'HMAC', 'AES-GCM'],
    answers: [
      { compute: async () => toHex((await sealHpke()).enc), expected: hpke.enc },
      { compute: async () => toHex((await sealHpke()).ciphertext), expected: hpke.ciphertext },
      {
        compute: async () => toHex(await openHpke(fromHex(hpke.ciphertext))),
        expected: hpke.plaintext,
      },
      {
        compute: () => refusalOf(() => openHpke(altered(fromHex(hpke.ciphertext)))),
        expected: 'open_failed',
      },
    ],
  },
  {
    algorithm: 'Credential bundle, HPKE P-256',
    origin: 'recorded from @turnkey/crypto 2.13.2',
    native: ['HMAC', 'AES-GCM'],
    answers: [
      {
        compute: async () => toHex(await openBundle(fromHex(bundle.privateKey), bundle.bundle)),
        expected: bundle.plaintext,
      },
    ],
  },
];
