import { fromHex, toHex } from '../../encoding/hex.ts';
import { aesCbcDecrypt, aesCbcEncrypt } from '../../primitives/aes-cbc.ts';
import { AesGcmKey } from '../../primitives/aes-gcm.ts';
import { altered, refusalOf, type KnownAnswers } from '../known-answer.ts';

const gcm = {
  key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
  nonce: 'cafebabefacedbaddecaf888',
  aad: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
  plaintext:
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  sealed:
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b',
};

const cbc = {
  key: '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
  iv: '000102030405060708090a0b0c0d0e0f',
  plaintext:
    '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
  ciphertext:
    'f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b',
};

const sealGcm = () =>
  new AesGcmKey(fromHex(gcm.key)).seal(
    fromHex(gcm.nonce),
    fromHex(gcm.aad),
    fromHex(gcm.plaintext),
  );
const openGcm = (ciphertext: Uint8Array) =>
  new AesGcmKey(fromHex(gcm.key)).open(fromHex(gcm.nonce), fromHex(gcm.aad), ciphertext);
const encryptCbc = () => aesCbcEncrypt(fromHex(cbc.key), fromHex(cbc.iv), fromHex(cbc.plaintext));

/** AES in both modes. */
export const encryption: readonly KnownAnswers[] = [
  {
    algorithm: 'AES-256-GCM',
    origin: 'McGrew and Viega, “The Galois/Counter Mode”, test case 16',
    native: ['AES-GCM'],
    answers: [
      { compute: async () => toHex(await sealGcm()), expected: gcm.sealed },
      {
        compute: async () => toHex(await openGcm(fromHex(gcm.sealed))),
        expected: gcm.plaintext,
      },
      {
        compute: () => refusalOf(() => openGcm(altered(fromHex(gcm.sealed)))),
        expected: 'open_failed',
      },
    ],
  },
  {
    algorithm: 'AES-256-CBC',
    origin: 'NIST SP 800-38A, F.2.5, before the block of padding',
    native: ['AES-CBC'],
    answers: [
      {
        compute: async () => toHex((await encryptCbc()).subarray(0, 64)),
        expected: cbc.ciphertext,
      },
      {
        compute: async () =>
          toHex(await aesCbcDecrypt(fromHex(cbc.key), fromHex(cbc.iv), await encryptCbc())),
        expected: cbc.plaintext,
      },
    ],
  },
];
