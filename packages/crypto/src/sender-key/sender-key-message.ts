/**
 * SenderKeyMessage: 0x33 ‖ proto {1 distribution id 16, 2 chain id, 3 iteration, 4 ciphertext} ‖ XEdDSA
 * signature 64 over everything before it.
 */
import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { signatureBytes, verifyXEdDSA } from '../identity/verify-xeddsa.ts';
import { ProtoReader } from '../protobuf/proto-reader.ts';
import { ProtoWriter } from '../protobuf/proto-writer.ts';

/** Version 3 as current and as oldest version understood, one half of the byte each. */
export const senderKeyVersionByte = 0x33;

/** Longest message that is looked at: the longest ciphertext with its fields and signature. */
const maxSenderKeyMessageBytes = 1_114_112 + 1_024;

/** The parts of a message before its signature. */
export interface SenderKeyMessageFields {
  /** 16 bytes. */
  distributionId: Uint8Array;
  chainId: number;
  iteration: number;
  ciphertext: Uint8Array;
}

/** A message of a group as it travels. */
export class SenderKeyMessage implements SenderKeyMessageFields {
  readonly distributionId: Uint8Array;
  readonly chainId: number;
  readonly iteration: number;
  readonly ciphertext: Uint8Array;
  readonly version: number;
  readonly #serialized: Uint8Array;

  private constructor(fields: SenderKeyMessageFields, serialized: Uint8Array) {
    this.distributionId = fields.distributionId;
    this.chainId = fields.chainId;
    this.iteration = fields.iteration;
    this.ciphertext = fields.ciphertext;
    this.version = (serialized[0] ?? 0) >> 4;
    this.#serialized = serialized;
  }

  /** Makes and signs a message. */
  static async create(
    fields: SenderKeyMessageFields,
    sign: (message: Uint8Array) => Promise<Uint8Array>,
  ): Promise<SenderKeyMessage> {
    const proto = new ProtoWriter()
      .bytes(1, fields.distributionId)
      .uint(2, fields.chainId)
      .uint(3, fields.iteration)
      .bytes(4, fields.ciphertext)
      .finish();
    const signed = concatBytes(Uint8Array.of(senderKeyVersionByte), proto);
    return new SenderKeyMessage(fields, concatBytes(signed, await sign(signed)));
  }

  /** Reads a message without judging version or signature; `bad_encoding`, `too_large`. */
  static parse(bytes: Uint8Array): SenderKeyMessage {
    assertBytes(bytes, 'message');
    if (bytes.length > maxSenderKeyMessageBytes) throw new CryptoError('too_large');
    if (bytes.length < 1 + signatureBytes) throw new CryptoError('bad_encoding', 'too short');
    const serialized = Uint8Array.from(bytes);
    const proto = new ProtoReader(serialized.subarray(1, -signatureBytes));
    const fields = {
      distributionId: proto.requiredBytes(1, 16),
      chainId: proto.requiredUint(2),
      iteration: proto.requiredUint(3),
      ciphertext: proto.requiredBytes(4),
    };
    return new SenderKeyMessage(fields, serialized);
  }

  /** Whether the version byte is the one this package speaks. */
  hasKnownVersion(): boolean {
    return this.#serialized[0] === senderKeyVersionByte;
  }

  /** Whether the signature is of this 33-byte key, over version byte and fields as they came. */
  async verify(signingKey: Uint8Array): Promise<boolean> {
    return verifyXEdDSA({
      publicKey: signingKey,
      message: this.#serialized.subarray(0, -signatureBytes),
      signature: this.#serialized.subarray(-signatureBytes),
    });
  }

  /** The bytes that travel. */
  serialize(): Uint8Array {
    return Uint8Array.from(this.#serialized);
  }
}
