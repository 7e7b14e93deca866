/** Credential bundles with @turnkey/crypto and stamps with @turnkey/api-key-stamper. */
import { createPublicKey, verify } from 'node:crypto';
import { toBase58Check } from '../../src/credential-bundle/base58check.ts';
import {
  createStamp,
  fromBase64Url,
  fromHex,
  fromUtf8,
  generateSessionKeypair,
  openCredentialBundle,
  sealCredentialBundle,
  sessionKeypairOf,
  utf8,
  verifyStamp,
  type SessionKeypair,
} from '../../src/index.ts';
import { importOracle } from '../install-oracle.ts';
import { attempt, type InteropResult } from '../result.ts';

interface TurnkeyCrypto {
  decryptCredentialBundle(bundle: string, privateKeyHex: string): string;
  hpkeEncrypt(input: { plainTextBuf: Uint8Array; targetKeyBuf: Uint8Array }): Uint8Array;
}
interface Stamper {
  stamp(body: string): Promise<{ stampHeaderName: string; stampHeaderValue: string }>;
}
interface TurnkeyStamper {
  ApiKeyStamper: new (keys: { apiPublicKey: string; apiPrivateKey: string }) => Stamper;
}

const rounds = 20;
const crypto = ['@turnkey/crypto', '2.13.2'] as const;
const stamper = ['@turnkey/api-key-stamper', '0.6.17'] as const;
const bodyOf = (i: number): string => `{"timestampMs":"${1_700_000_000_000 + i}","text":"ü${i}"}`;

async function weSeal(lib: TurnkeyCrypto): Promise<string> {
  for (let i = 0; i < rounds; i++) {
    const [client, apiKey] = [generateSessionKeypair(), generateSessionKeypair()];
    const bundle = await sealCredentialBundle({
      privateKeyHex: apiKey.privateKeyHex,
      targetPublicKeyHex: client.uncompressedPublicKeyHex,
    });
    const opened = lib.decryptCredentialBundle(bundle, client.privateKeyHex);
    if (opened !== apiKey.privateKeyHex) throw new Error('another key');
  }
  return `${rounds} bundles`;
}

async function itSeals(lib: TurnkeyCrypto): Promise<string> {
  for (let i = 0; i < rounds; i++) {
    const [client, apiKey] = [generateSessionKeypair(), generateSessionKeypair()];
    const encrypted = lib.hpkeEncrypt({
      plainTextBuf: fromHex(apiKey.privateKeyHex),
      targetKeyBuf: fromHex(client.uncompressedPublicKeyHex),
    });
    const bundle = toBase58Check(Uint8Array.from(encrypted));
    const opened = await openCredentialBundle({ bundle, privateKeyHex: client.privateKeyHex });
    if (opened.privateKeyHex !== apiKey.privateKeyHex) throw new Error('another key');
  }
  return `${rounds} bundles`;
}

/** Node's own verifier stands for Turnkey's server, which is not to be had. */
function nodeVerifies(apiKey: SessionKeypair, body: string, signatureHex: string): boolean {
  const point = fromHex(apiKey.uncompressedPublicKeyHex);
  const base64Url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const [x, y] = [base64Url(point.subarray(1, 33)), base64Url(point.subarray(33))];
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  return verify('sha256', utf8(body), key, fromHex(signatureHex));
}

async function weStamp(lib: TurnkeyStamper): Promise<string> {
  for (let i = 0; i < rounds; i++) {
    const apiKey = generateSessionKeypair();
    const ours = createStamp({ body: utf8(bodyOf(i)), privateKeyHex: apiKey.privateKeyHex });
    const theirs = await new lib.ApiKeyStamper({
      apiPublicKey: apiKey.publicKeyHex,
      apiPrivateKey: apiKey.privateKeyHex,
    }).stamp(bodyOf(i));
    const [our, their] = [ours, theirs].map(
      ({ stampHeaderValue }) =>
        JSON.parse(fromUtf8(fromBase64Url(stampHeaderValue))) as Record<string, string>,
    );
    if (ours.stampHeaderName !== theirs.stampHeaderName) throw new Error('another header');
    if (Object.keys(our ?? {}).join() !== Object.keys(their ?? {}).join())
      throw new Error('other fields');
    if (our?.publicKey !== their?.publicKey || our?.scheme !== their?.scheme)
      throw new Error('other values');
    if (!nodeVerifies(apiKey, bodyOf(i), our?.signature ?? '')) throw new Error('not verified');
  }
  return `${rounds} stamps, as its own but for the signature, which Node verifies`;
}

async function itStamps(lib: TurnkeyStamper): Promise<string> {
  for (let i = 0; i < rounds; i++) {
    const apiKey = sessionKeypairOf(generateSessionKeypair().privateKeyHex);
    const keys = { apiPublicKey: apiKey.publicKeyHex, apiPrivateKey: apiKey.privateKeyHex };
    const { stampHeaderValue } = await new lib.ApiKeyStamper(keys).stamp(bodyOf(i));
    const { publicKeyHex } = verifyStamp({ stampHeaderValue, body: utf8(bodyOf(i)) });
    if (publicKeyHex !== apiKey.publicKeyHex) throw new Error('another key');
  }
  return `${rounds} stamps`;
}

/** Bundles and stamps, both ways. */
export async function turnkey(): Promise<InteropResult[]> {
  const bundles = (await importOracle(...crypto)) as TurnkeyCrypto;
  const stamps = (await importOracle(...stamper)) as TurnkeyStamper;
  const sealing = { oracle: crypto.join(' '), what: 'credential bundles' };
  const stamping = { oracle: stamper.join(' '), what: 'stamps' };
  return [
    await attempt({ ...sealing, direction: 'we seal' }, () => weSeal(bundles)),
    await attempt({ ...sealing, direction: 'it seals' }, () => itSeals(bundles)),
    await attempt({ ...stamping, direction: 'we stamp' }, () => weStamp(stamps)),
    await attempt({ ...stamping, direction: 'it stamps' }, () => itStamps(stamps)),
  ];
}
