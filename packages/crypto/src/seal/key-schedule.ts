/** KeySchedule of RFC 9180 §5.1 in base mode, with the RFC's names. */
import { concatBytes } from '../encoding/bytes.ts';
import { be16 } from '../encoding/integers.ts';
import { labeledExpander, labeledExtract } from './labeled-hkdf.ts';

/** Ids and key size of an HPKE suite (RFC 9180 §7). */
export interface HpkeSuite {
  kemId: number;
  kdfId: number;
  aeadId: number;
  /** Nk. */
  keyBytes: number;
}

/** What a sender and a receiver share after the schedule. */
export interface HpkeContext {
  key: Uint8Array;
  baseNonce: Uint8Array;
  /** 32 bytes; derived when asked for, as a single-shot seal has no use for it. */
  exporterSecret(): Uint8Array;
}

const modeBase = Uint8Array.of(0);
const empty = new Uint8Array(0);

/** Derives key, base nonce and exporter secret from the KEM's shared secret and `info`. */
export async function keySchedule(
  suite: HpkeSuite,
  sharedSecret: Uint8Array,
  info: Uint8Array,
): Promise<HpkeContext> {
  const name = Uint8Array.of(0x48, 0x50, 0x4b, 0x45);
  const suiteId = concatBytes(name, be16(suite.kemId), be16(suite.kdfId), be16(suite.aeadId));
  const pskIdHash = await labeledExtract(suiteId, empty, 'psk_id_hash', empty);
  const infoHash = await labeledExtract(suiteId, empty, 'info_hash', info);
  const context = concatBytes(modeBase, pskIdHash, infoHash);
  const expand = labeledExpander(
    suiteId,
    await labeledExtract(suiteId, sharedSecret, 'secret', empty),
  );
  return {
    key: suite.keyBytes > 0 ? expand('key', context, suite.keyBytes) : empty,
    baseNonce: suite.keyBytes > 0 ? expand('base_nonce', context, 12) : empty,
    exporterSecret: () => expand('exp', context, 32),
  };
}

/** ComputeNonce: the base nonce XOR the sequence number as 12 big-endian bytes. */
export function computeNonce(baseNonce: Uint8Array, sequence: number): Uint8Array {
  const nonce = Uint8Array.from(baseNonce);
  let rest = sequence;
  for (let i = nonce.length - 1; i >= 0 && rest > 0; i--) {
    nonce[i] = (nonce[i] ?? 0) ^ (rest % 256);
    rest = Math.floor(rest / 256);
  }
  return nonce;
}
