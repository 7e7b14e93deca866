/**
 * Entries of a group's membership log (`docs/encryption-groups.md`). Byte layout:
 * format 1 ‖ group 16 ‖ epoch 8 ‖ count 1 ‖ previous hashes 32 each ‖ action 1 ‖ subject 16 ‖ role 1 ‖
 * author user 16 ‖ author device 16. One entry has one encoding. For `create` the one previous value is the group's nonce.
 */
import { ByteReader } from '../encoding/byte-reader.ts';
import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { assertCount, be64 } from '../encoding/integers.ts';
import { toHex } from '../encoding/hex.ts';
import { uuidBytes, uuidFromBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';

/** What a member may do in a group. */
export type GroupRole = 'admin' | 'member';

/** What an entry does: create the group, add or remove its subject, or change the subject's role. */
export type GroupAction = 'create' | 'add' | 'remove' | 'set-role';

/** One change of a group's membership. */
export interface GroupEntry {
  groupId: string;
  /** 1 for `create`, else one more than the highest epoch before it; at most 2^32 − 1. */
  epoch: number;
  /**
   * Hashes of the entries that were the newest for the author, 32 bytes each: one as a rule, up to 8 where
   * the log had been written to in several places at once. For `create` the nonce from which the group's id
   * is made, 32 random bytes.
   */
  previous: readonly Uint8Array[];
  action: GroupAction;
  /** User id; the author for `create`. */
  subject: string;
  /** The subject's role from now on; nothing for `remove`. */
  role: GroupRole | null;
  author: { userId: string; deviceId: string };
}

/** Label of the signature. */
export const groupEntryLabel = 'group-entry';

/** Most entries that one entry can follow. */
export const maxPreviousEntries = 8;
/** Highest epoch that an entry can have; the protocol has 32 bits for it. */
const maxEpoch = 0xffff_ffff;

const formatVersion = 1;
const actions: readonly GroupAction[] = ['create', 'add', 'remove', 'set-role'];
const roles: readonly (GroupRole | null)[] = [null, 'member', 'admin'];

/** Whether hashes stand in rising order without repetition. */
function areRising(hashes: readonly Uint8Array[]): boolean {
  const texts = hashes.map(toHex);
  return texts.every((text, index) => (texts[index - 1] ?? '') < text);
}

function assertShape(entry: GroupEntry): void {
  const { epoch, previous, action, subject, role, author } = entry;
  const first = action === 'create';
  const rightRole = first ? role === 'admin' : (action === 'remove') === (role === null);
  const wellFormed =
    epoch >= 1 &&
    epoch <= maxEpoch &&
    first === (epoch === 1) &&
    previous.length >= 1 &&
    previous.length <= (first ? 1 : maxPreviousEntries) &&
    areRising(previous) &&
    rightRole &&
    (!first || subject === author.userId);
  if (!wellFormed) throw new CryptoError('bad_encoding', 'not a group entry');
}

/** The canonical bytes of an entry; `bad_encoding` for one that no log can hold. */
export function serializeGroupEntry(entry: GroupEntry): Uint8Array {
  assertCount(entry.epoch, 'epoch');
  for (const hash of entry.previous) assertBytes(hash, 'previous[]', 32);
  const action = actions.indexOf(entry.action);
  const role = roles.indexOf(entry.role);
  if (action < 0 || role < 0) throw new CryptoError('bad_encoding', 'unknown action or role');
  assertShape(entry);
  return concatBytes(
    Uint8Array.of(formatVersion),
    uuidBytes(entry.groupId),
    be64(entry.epoch),
    Uint8Array.of(entry.previous.length),
    ...entry.previous,
    Uint8Array.of(action),
    uuidBytes(entry.subject),
    Uint8Array.of(role),
    uuidBytes(entry.author.userId),
    uuidBytes(entry.author.deviceId),
  );
}

/** Reads an entry without judging its signature or its place in a log; `bad_encoding`. */
export function parseGroupEntry(body: Uint8Array): GroupEntry {
  assertBytes(body, 'body');
  const reader = new ByteReader(body);
  if (reader.number(1) !== formatVersion) throw new CryptoError('bad_encoding', 'unknown version');
  const groupId = uuidFromBytes(reader.take(16));
  const epoch = reader.number(8);
  const previous = Array.from({ length: reader.number(1) }, () => reader.take(32));
  const action = actions[reader.number(1)];
  const subject = uuidFromBytes(reader.take(16));
  const role = roles[reader.number(1)];
  const author = {
    userId: uuidFromBytes(reader.take(16)),
    deviceId: uuidFromBytes(reader.take(16)),
  };
  reader.end();
  if (action === undefined || role === undefined) throw new CryptoError('bad_encoding');
  const entry = { groupId, epoch, previous, action, subject, role, author };
  assertShape(entry);
  return entry;
}
