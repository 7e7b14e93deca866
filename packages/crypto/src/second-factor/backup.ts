/**
 * The backup of a second factor: id and secret of a TOTP factor, sealed twice. Whoever has the recovery
 * key computes codes when the authenticator app is lost; whoever has the vault seals the backup anew when
 * the recovery key changes. A relay keeps both and opens neither.
 */
import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { ByteReader } from '../encoding/byte-reader.ts';
import { frame } from '../encoding/frame.ts';
import { be32, readBigEndian } from '../encoding/integers.ts';
import { uuidBytes, uuidFromBytes } from '../encoding/uuid.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import { hkdfSha256 } from '../primitives/hkdf.ts';
import { systemRandom, type RandomSource } from '../primitives/random.ts';
import { parseRecoveryKey } from '../vault/recovery-key.ts';
import { unwrapKey, unwrapKeyUnder, wrapKey } from '../vault/wrap-key.ts';

/** A TOTP factor of the auth service. */
export interface SecondFactor {
  /** A canonical UUID. */
  factorId: string;
  /** 10 to 64 bytes. */
  secret: Uint8Array;
}

/** What is kept at the relay. */
export interface SealedSecondFactor {
  /** One box for each recovery key that opens it; more than one only while the recovery key changes. */
  underRecoveryKey: Uint8Array;
  underVaultKey: Uint8Array;
}

const purpose = 'second-factor';
const idBytes = 16;
const mostRecoveryKeys = 2;

async function recoveryWrappingKey(userId: string, recoveryKey: string): Promise<Uint8Array> {
  const info = frame('sotto/v1/second-factor-recovery-key', [uuidBytes(userId)]);
  const ikm = parseRecoveryKey(recoveryKey);
  return hkdfSha256({ ikm, salt: new Uint8Array(0), info, length: 32 });
}

function bindingOf(userId: string, wrappingKey: Uint8Array) {
  return { wrappingKey, purpose, context: [uuidBytes(userId)] };
}

/**
 * Seals a factor under the vault's `keyWrapKey` and under a recovery key. `former`: an `underRecoveryKey`
 * whose newest key goes on opening the backup, while the recovery key changes.
 *
 * `bad_encoding` for a mistyped recovery key.
 */
export async function sealSecondFactor(input: {
  userId: string;
  factor: SecondFactor;
  /** In its written form. */
  recoveryKey: string;
  former?: Uint8Array;
  /** 32 bytes, from `deriveStorageKeys`. */
  keyWrapKey: Uint8Array;
  random?: RandomSource;
}): Promise<SealedSecondFactor> {
  const { userId, factor, recoveryKey, former, keyWrapKey, random = systemRandom } = input;
  assertBytes(factor.secret, 'secret');
  if (factor.secret.length < 10 || factor.secret.length > 64) {
    throw new RangeError('secret: expected 10 to 64 bytes');
  }
  const key = concatBytes(uuidBytes(factor.factorId), factor.secret);
  const wrappingKey = await recoveryWrappingKey(userId, recoveryKey);
  const box = await wrapKey({ ...bindingOf(userId, wrappingKey), key, random });
  const boxes = [box, ...(former === undefined ? [] : readBoxes(former).slice(0, 1))];
  const underVaultKey = await wrapKey({ ...bindingOf(userId, keyWrapKey), key, random });
  const framed = boxes.flatMap((each) => [be32(each.length), each]);
  return { underRecoveryKey: concatBytes(...framed), underVaultKey };
}

function readFactor(bytes: Uint8Array): SecondFactor {
  const reader = new ByteReader(bytes);
  const factorId = uuidFromBytes(reader.take(idBytes));
  return { factorId, secret: reader.rest() };
}

/** Newest first. */
function readBoxes(bytes: Uint8Array): Uint8Array[] {
  assertBytes(bytes, 'underRecoveryKey');
  const boxes: Uint8Array[] = [];
  for (let rest = bytes; rest.length > 0;) {
    if (boxes.length === mostRecoveryKeys) throw new CryptoError('open_failed');
    const length = rest.length < 4 ? 0 : readBigEndian(rest.subarray(0, 4));
    if (length === 0 || length > rest.length - 4) throw new CryptoError('open_failed');
    boxes.push(rest.slice(4, 4 + length));
    rest = rest.subarray(4 + length);
  }
  return boxes;
}

/**
 * Opens the backup with the vault's `keyWrapKey`, or with one of a vault key before it; `open_failed` for
 * another key, account or byte.
 */
export async function openSecondFactorWithVault(input: {
  userId: string;
  keyWrapKey: Uint8Array;
  formerKeyWrapKeys?: readonly Uint8Array[];
  underVaultKey: Uint8Array;
}): Promise<SecondFactor> {
  const { userId, keyWrapKey, formerKeyWrapKeys = [], underVaultKey } = input;
  const { purpose, context } = bindingOf(userId, keyWrapKey);
  const wrappingKeys = [keyWrapKey, ...formerKeyWrapKeys];
  return readFactor(
    await unwrapKeyUnder({ wrappingKeys, purpose, context, wrapped: underVaultKey }),
  );
}

/** Opens the backup with a written recovery key: `bad_encoding` for a mistyped one, else `open_failed`. */
export async function openSecondFactorWithRecoveryKey(input: {
  userId: string;
  recoveryKey: string;
  underRecoveryKey: Uint8Array;
}): Promise<SecondFactor> {
  const { userId, recoveryKey, underRecoveryKey } = input;
  const wrappingKey = await recoveryWrappingKey(userId, recoveryKey);
  for (const wrapped of readBoxes(underRecoveryKey)) {
    const opened = await unwrapKey({ ...bindingOf(userId, wrappingKey), wrapped }).catch(ifClosed);
    if (opened) return readFactor(opened);
  }
  throw new CryptoError('open_failed');
}

function ifClosed(error: unknown): undefined {
  if (!isCryptoError(error, 'open_failed')) throw error;
}
