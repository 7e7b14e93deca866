/**
 * SenderKeyDistributionMessage: 0x33 ‖ proto {1 distribution id 16, 2 chain id, 3 iteration, 4 chain key
 * 32, 5 signing key 33}. It is not signed: it only ever travels inside a session or a signed seal.
 */
import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { assertCount } from '../encoding/integers.ts';
import { CryptoError } from '../errors.ts';
import { parseIdentityPublicKey } from '../identity/public-key.ts';
import { ProtoReader } from '../protobuf/proto-reader.ts';
import { ProtoWriter } from '../protobuf/proto-writer.ts';
import { senderKeyVersionByte } from './sender-key-message.ts';

/** What a member needs to read a sender from here on. */
export interface SenderKeyDistribution {
  /** 16 bytes. */
  distributionId: Uint8Array;
  chainId: number;
  /** Number of the next message. */
  iteration: number;
  /** 32 secret bytes. */
  chainKey: Uint8Array;
  /** 33 bytes. */
  signingKey: Uint8Array;
}

/** Longest distribution that is looked at; ours have 112 bytes at most. */
const maxDistributionBytes = 1_024;

/** A sender key on its way to a member; secret. */
export class SenderKeyDistributionMessage implements SenderKeyDistribution {
  readonly distributionId: Uint8Array;
  readonly chainId: number;
  readonly iteration: number;
  readonly chainKey: Uint8Array;
  readonly signingKey: Uint8Array;

  /** Throws `bad_key` for a refused signing key. */
  constructor(fields: SenderKeyDistribution) {
    assertBytes(fields.distributionId, 'distributionId', 16);
    assertCount(fields.chainId, 'chainId', 0xffff_ffff);
    assertCount(fields.iteration, 'iteration', 0xffff_ffff);
    assertBytes(fields.chainKey, 'chainKey', 32);
    this.distributionId = Uint8Array.from(fields.distributionId);
    this.chainId = fields.chainId;
    this.iteration = fields.iteration;
    this.chainKey = Uint8Array.from(fields.chainKey);
    this.signingKey = parseIdentityPublicKey(fields.signingKey);
  }

  /** Reads a distribution; `bad_encoding`, `too_large`, and `bad_key` for a refused signing key. */
  static parse(bytes: Uint8Array): SenderKeyDistributionMessage {
    assertBytes(bytes, 'distribution');
    if (bytes.length > maxDistributionBytes) throw new CryptoError('too_large');
    if (bytes[0] !== senderKeyVersionByte) throw new CryptoError('bad_encoding', 'unknown version');
    const proto = new ProtoReader(bytes.subarray(1));
    return new SenderKeyDistributionMessage({
      distributionId: proto.requiredBytes(1, 16),
      chainId: proto.requiredUint(2),
      iteration: proto.requiredUint(3),
      chainKey: proto.requiredBytes(4, 32),
      signingKey: proto.requiredBytes(5, 33),
    });
  }

  /** The bytes that travel inside a session or a signed seal. */
  serialize(): Uint8Array {
    const proto = new ProtoWriter()
      .bytes(1, this.distributionId)
      .uint(2, this.chainId)
      .uint(3, this.iteration)
      .bytes(4, this.chainKey)
      .bytes(5, this.signingKey)
      .finish();
    return concatBytes(Uint8Array.of(senderKeyVersionByte), proto);
  }
}
