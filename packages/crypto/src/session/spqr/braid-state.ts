/**
 * Where one party stands in an epoch of the Braid. The party whose turn it is makes the KEM key and sends header and
 * vector; the other answers with the ciphertext in two parts. Roles swap with each epoch.
 */
import { mlKem768Bytes } from '../../primitives/ml-kem-768-halves.ts';
import {
  fields,
  fixedBytes,
  list,
  oneOf,
  uint,
  type Codec,
  type Decoded,
} from '../record-codec.ts';
import { authenticatorCodec, type Authenticator } from './braid-keys.ts';
import { chunkBytes } from './erasure-code.ts';

/** Bytes of what is sent in chunks. */
export const braidBytes = {
  header: mlKem768Bytes.header + 32,
  vector: mlKem768Bytes.vector,
  ct1: mlKem768Bytes.first,
  ct2: mlKem768Bytes.second + 32,
} as const;

const chunks = list(fields({ index: uint, data: fixedBytes(chunkBytes) }), 36);
/** KeyGen's 64 random bytes: everything about the key pair follows from them. */
const seed = fixedBytes(64);
/** Index of the next chunk to send. */
const sent = uint;
const header = fixedBytes(mlKem768Bytes.header);
/** Encaps's 32 random bytes. */
const random = fixedBytes(32);
const ct1 = fixedBytes(braidBytes.ct1);

const stepCodecs = {
  keysUnsampled: fields({}),
  keysSampled: fields({ seed, headerAndMac: fixedBytes(braidBytes.header), sent }),
  headerSent: fields({ seed, sent, chunks }),
  ct1Received: fields({ seed, sent, ct1 }),
  ekSentCt1Received: fields({ seed, ct1, chunks }),
  noHeaderReceived: fields({ chunks }),
  headerReceived: fields({ header }),
  ct1Sampled: fields({ header, random, ct1, sent, chunks }),
  ekReceivedCt1Sampled: fields({
    header,
    random,
    ct1,
    sent,
    vector: fixedBytes(braidBytes.vector),
  }),
  ct1Acknowledged: fields({ header, random, ct1, chunks }),
  ct2Sampled: fields({ ct2AndMac: fixedBytes(braidBytes.ct2), sent }),
} as const;

type StepName = keyof typeof stepCodecs;

/** One of the eleven places in an epoch, named as in the specification, with what is known there. */
export type BraidStep = {
  [Name in StepName]: { name: Name } & Decoded<(typeof stepCodecs)[Name]>;
}[StepName];

/** A place in the Braid. */
export interface BraidState {
  epoch: number;
  authenticator: Authenticator;
  step: BraidStep;
}

/** The step called `Name`. */
export type StepOf<Name extends StepName> = Extract<BraidStep, { name: Name }>;

const nameCodec = oneOf(Object.keys(stepCodecs) as StepName[]);

const stepCodec: Codec<BraidStep> = {
  write: (step, out) => {
    nameCodec.write(step.name, out);
    (stepCodecs[step.name] as Codec<unknown>).write(step, out);
  },
  read: (reader) => {
    const name = nameCodec.read(reader);
    return { name, ...stepCodecs[name].read(reader) } as BraidStep;
  },
};

/** The stored form. */
export const braidStateCodec: Codec<BraidState> = fields({
  epoch: uint,
  authenticator: authenticatorCodec,
  step: stepCodec,
});
