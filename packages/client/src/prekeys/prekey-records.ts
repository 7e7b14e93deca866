import { toHex } from '@sotto/crypto';
import type {
  KyberPreKeyRecord,
  KyberPreKeyUse,
  PreKeyRecord,
  SignedPreKeyRecord,
} from '@sotto/crypto';
import * as z from 'zod/mini';
import { bytesField } from '../storage/bytes-field.ts';
import { paddedNumber } from '../storage/record-keys.ts';

const idSchema = z.int().check(z.gte(1));
const agreementPairSchema = z.object({ privateKey: bytesField, publicKey: bytesField });

export const oneTimeAtRestSchema: z.ZodMiniType<PreKeyRecord> = z.object({
  id: idSchema,
  keyPair: agreementPairSchema,
});
export const signedAtRestSchema: z.ZodMiniType<SignedPreKeyRecord> = z.object({
  id: idSchema,
  keyPair: agreementPairSchema,
  signature: bytesField,
});
export const kemAtRestSchema: z.ZodMiniType<KyberPreKeyRecord> = z.object({
  id: idSchema,
  keyPair: z.object({ publicKey: bytesField, secretKey: bytesField }),
  signature: bytesField,
  lastResort: z.boolean(),
});

const datedSchema = z.object({ id: idSchema, atMs: z.int() });

/**
 * Which prekeys there are and which the relay has for certain. It is written together with the private
 * halves, before anything is published: an id is never given twice, whatever is interrupted.
 */
export const preKeyPlanSchema = z.object({
  registrationId: z.int().check(z.gte(1), z.lte(16_380)),
  nextId: idSchema,
  nextKemId: idSchema,
  /** The current ones, with the time of their making. */
  signed: z.nullable(datedSchema),
  lastResort: z.nullable(datedSchema),
  /** Former ones, with the time of their replacement. */
  formerSigned: z.array(datedSchema),
  formerLastResort: z.array(datedSchema),
  /** Made, and not acknowledged by the relay yet. */
  pending: z.nullable(
    z.object({
      oneTime: z.array(idSchema),
      oneTimeKem: z.array(idSchema),
      signed: z.boolean(),
      lastResort: z.boolean(),
    }),
  ),
});
export type PreKeyPlan = z.infer<typeof preKeyPlanSchema>;

/** Rows of table `state`. */
export const preKeyPlanKey = 'prekeys/plan';
export const oneTimePrefix = 'prekeys/one/';
export const oneTimeKey = (id: number): string => oneTimePrefix + paddedNumber(id);
export const signedKey = (id: number): string => `prekeys/signed/${paddedNumber(id)}`;
export const kemKey = (id: number): string => `prekeys/kem/${paddedNumber(id)}`;
/** All handshakes that a last-resort key has seen. */
export const handshakesPrefix = (kemId: number): string => `prekeys/used/${paddedNumber(kemId)}/`;
export const handshakeKey = ({ kyberPreKeyId, signedPreKeyId, baseKey }: KyberPreKeyUse): string =>
  `${handshakesPrefix(kyberPreKeyId)}${paddedNumber(signedPreKeyId)}/${toHex(baseKey)}`;
