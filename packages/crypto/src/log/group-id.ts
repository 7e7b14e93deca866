import { assertBytes, copyBytes } from '../encoding/bytes.ts';
import { frame } from '../encoding/frame.ts';
import { uuidBytes, uuidFromBytes } from '../encoding/uuid.ts';
import { sha256 } from '../primitives/sha2.ts';

/**
 * The id of the group that `author` begins with `nonce`, 32 random bytes: the first 16 bytes of
 * SHA-256(frame('sotto/v1/group-id', [nonce, user, device])) as a UUID. So an id belongs to one beginning.
 *
 * Throws `bad_encoding` for a malformed user or device id.
 */
export async function groupIdFor(input: {
  nonce: Uint8Array;
  author: { userId: string; deviceId: string };
}): Promise<string> {
  const { nonce, author } = input;
  assertBytes(nonce, 'nonce', 32);
  const fields = [nonce, uuidBytes(author.userId), uuidBytes(author.deviceId)];
  return uuidFromBytes(copyBytes(await sha256(frame('sotto/v1/group-id', fields)), 0, 16));
}
