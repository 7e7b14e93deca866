import { assertCount } from '../encoding/integers.ts';
import { xeddsaSigner } from '../identity/sign-xeddsa.ts';
import { generateKyberKeyPair, type KyberKeyPair } from '../kem/kyber-1024.ts';
import { giveWay } from '../primitives/give-way.ts';
import { systemRandom, type RandomSource } from '../primitives/random.ts';
import { generateAgreementKeyPair, type AgreementKeyPair } from './agreement-key-pair.ts';

/** A one-time prekey: used by one handshake, then deleted. */
export interface PreKeyRecord {
  id: number;
  keyPair: AgreementKeyPair;
}

/** A prekey of some weeks, signed by the identity key over its 33 bytes. */
export interface SignedPreKeyRecord extends PreKeyRecord {
  signature: Uint8Array;
}

/** A KEM prekey, signed over its 1,569 bytes; one-time unless it is the last resort. */
export interface KyberPreKeyRecord {
  id: number;
  keyPair: KyberKeyPair;
  signature: Uint8Array;
  lastResort: boolean;
}

const maximumId = 0xffff_ffff;
/** Some 5 ms of noble. */
const keysInOneSlice = 8;

/** `count` fresh one-time prekeys with ids from `startId`. */
export async function generatePreKeys(input: {
  startId: number;
  count: number;
  random?: RandomSource;
}): Promise<PreKeyRecord[]> {
  assertCount(input.count, 'count', 1_000);
  assertCount(input.startId, 'startId', maximumId - input.count);
  const records: PreKeyRecord[] = [];
  for (let i = 0; i < input.count; i++) {
    if (i % keysInOneSlice === 0) await giveWay();
    const keyPair = await generateAgreementKeyPair(input.random ?? systemRandom);
    records.push({ id: input.startId + i, keyPair });
  }
  return records;
}

/** A fresh signed prekey, signed with the identity's seed. */
export async function generateSignedPreKey(input: {
  id: number;
  identitySeed: Uint8Array;
  random?: RandomSource;
}): Promise<SignedPreKeyRecord> {
  assertCount(input.id, 'id', maximumId);
  const random = input.random ?? systemRandom;
  const keyPair = await generateAgreementKeyPair(random);
  const sign = await xeddsaSigner(input.identitySeed);
  return { id: input.id, keyPair, signature: await sign(keyPair.publicKey, random) };
}

/** A fresh KEM prekey, signed with the identity's seed. */
export async function generateKyberPreKey(input: {
  id: number;
  identitySeed: Uint8Array;
  lastResort: boolean;
  random?: RandomSource;
}): Promise<KyberPreKeyRecord> {
  assertCount(input.id, 'id', maximumId);
  if (typeof input.lastResort !== 'boolean') throw new TypeError('lastResort: expected boolean');
  const random = input.random ?? systemRandom;
  const keyPair = generateKyberKeyPair(random);
  const sign = await xeddsaSigner(input.identitySeed);
  const signature = await sign(keyPair.publicKey, random);
  return { id: input.id, keyPair, signature, lastResort: input.lastResort };
}
