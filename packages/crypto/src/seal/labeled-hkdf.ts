/** LabeledExtract and LabeledExpand of RFC 9180 §4. */
import { concatBytes } from '../encoding/bytes.ts';
import { be16 } from '../encoding/integers.ts';
import { utf8 } from '../encoding/text.ts';
import { hkdfExpand, hkdfExtract } from '../primitives/hkdf.ts';

const version = utf8('HPKE-v1');

/** LabeledExtract(salt, label, ikm) for a suite. */
export async function labeledExtract(
  suiteId: Uint8Array,
  salt: Uint8Array,
  label: string,
  ikm: Uint8Array,
): Promise<Uint8Array> {
  return hkdfExtract(salt, concatBytes(version, suiteId, utf8(label), ikm));
}

/** LabeledExpand(prk, label, info, L) for a suite. */
export async function labeledExpand(
  suiteId: Uint8Array,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  return hkdfExpand(prk, concatBytes(be16(length), version, suiteId, utf8(label), info), length);
}
