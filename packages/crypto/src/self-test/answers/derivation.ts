import { fromHex, toHex } from '../../encoding/hex.ts';
import { utf8 } from '../../encoding/text.ts';
import { hkdfSha256 } from '../../primitives/hkdf.ts';
import { hmacSha256 } from '../../primitives/hmac.ts';
import { pbkdf2Sha256 } from '../../primitives/pbkdf2.ts';
import { sha256, sha512 } from '../../primitives/sha2.ts';
import type { KnownAnswers } from '../known-answer.ts';

/** Hashes, HMAC and key derivation. */
export const derivation: readonly KnownAnswers[] = [
  {
    algorithm: 'SHA-256, SHA-512',
    origin: 'FIPS 180-2, appendices B.1 and C.1',
    native: ['SHA-256', 'SHA-512'],
    answers: [
      {
        compute: async () => toHex(await sha256(utf8('abc'))),
        expected: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      },
      {
        compute: async () => toHex(await sha512(utf8('abc'))),
        expected:
          'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
      },
    ],
  },
  {
    algorithm: 'HMAC-SHA-256',
    origin: 'RFC 4231, §4.2 and §4.3',
    native: ['HMAC'],
    answers: [
      {
        compute: async () => toHex(await hmacSha256(new Uint8Array(20).fill(11), utf8('Hi There'))),
        expected: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
      },
      {
        compute: async () =>
          toHex(await hmacSha256(utf8('Jefe'), utf8('what do ya want for nothing?'))),
        expected: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
      },
    ],
  },
  {
    algorithm: 'HKDF-SHA-256',
    origin: 'RFC 5869, appendices A.1 and A.3',
    native: ['HKDF'],
    answers: [
      {
        compute: async () =>
          toHex(
            await hkdfSha256({
              ikm: new Uint8Array(22).fill(11),
              salt: fromHex('000102030405060708090a0b0c'),
              info: fromHex('f0f1f2f3f4f5f6f7f8f9'),
              length: 42,
            }),
          ),
        expected:
          '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
      },
      {
        compute: async () =>
          toHex(
            await hkdfSha256({
              ikm: new Uint8Array(22).fill(11),
              salt: new Uint8Array(0),
              info: new Uint8Array(0),
              length: 42,
            }),
          ),
        expected:
          '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
      },
    ],
  },
  {
    algorithm: 'PBKDF2-HMAC-SHA-256',
    origin: 'RFC 7914, §11, first 32 bytes',
    native: ['PBKDF2'],
    answers: [
      {
        compute: async () =>
          toHex(
            await pbkdf2Sha256({
              password: utf8('passwd'),
              salt: utf8('salt'),
              iterations: 1,
              length: 32,
            }),
          ),
        expected: '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc',
      },
      {
        compute: async () =>
          toHex(
            await pbkdf2Sha256({
              password: utf8('Password'),
              salt: utf8('NaCl'),
              iterations: 80_000,
              length: 32,
            }),
          ),
        expected: '4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56',
      },
    ],
  },
];
