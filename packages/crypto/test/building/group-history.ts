/** Groups of four people with real device keys, and their membership logs. */
import { beforeAll } from 'vitest';
import { uuidFromBytes } from '../../src/encoding/uuid.ts';
import {
  generateIdentityKeyPair,
  type IdentityKeyPair,
} from '../../src/identity/identity-key-pair.ts';
import type { GroupEntry, GroupRole } from '../../src/log/group-entry.ts';
import { groupIdFor } from '../../src/log/group-id.ts';
import { GroupLog, type GroupState } from '../../src/log/group-log.ts';
import { signGroupEntry, type SignedGroupEntry } from '../../src/log/sign-group-entry.ts';
import { alice, alicePhone, bob, bobLaptop, filled, seededRandom } from './builders.ts';

export const carol = uuidFromBytes(filled(16, 0xca));
export const dave = uuidFromBytes(filled(16, 0xda));
export const people = [alice, bob, carol, dave];
const devices = new Map([
  [alice, alicePhone],
  [bob, bobLaptop],
  [carol, uuidFromBytes(filled(16, 0xc1))],
  [dave, uuidFromBytes(filled(16, 0xd1))],
]);
export const keys = new Map<string, IdentityKeyPair>();

/** Makes the devices' keys before the tests of a file. */
export function withDeviceKeys(): void {
  beforeAll(async () => {
    for (const [index, deviceId] of [...devices.values()].entries()) {
      keys.set(deviceId, await generateIdentityKeyPair({ random: seededRandom(11 + 2 * index) }));
    }
  });
}

const deviceOf = (userId: string): string => devices.get(userId) ?? '';
/** Users whose devices have been revoked. */
export const revoked = new Set<string>();
export const findDeviceKey = ({ userId, deviceId }: { userId: string; deviceId: string }) => {
  const key = deviceOf(userId) === deviceId ? keys.get(deviceId) : undefined;
  return key && { publicKey: key.publicKey, current: !revoked.has(userId) };
};

const nonce = filled(32, 0x5e);
/** The group that Alice begins. */
export const group = await groupIdFor({
  nonce,
  author: { userId: alice, deviceId: alicePhone },
});
export const newLog = (groupId = group) => new GroupLog(groupId, findDeviceKey);

/** A change without its place. */
export type Change = Pick<GroupEntry, 'action' | 'subject' | 'role'>;
export const add = (subject: string, role: GroupRole = 'member'): Change => ({
  action: 'add',
  subject,
  role,
});
export const remove = (subject: string): Change => ({ action: 'remove', subject, role: null });
export const setRole = (subject: string, role: GroupRole): Change => ({
  action: 'set-role',
  subject,
  role,
});

/** Signs a change at a place in the log. */
export function write(
  author: string,
  change: Change,
  at: Pick<GroupState, 'epoch' | 'previous'>,
  more: Partial<GroupEntry> = {},
): Promise<SignedGroupEntry> {
  const deviceId = deviceOf(author);
  const entry = {
    groupId: group,
    epoch: at.epoch + 1,
    previous: at.previous,
    author: { userId: author, deviceId },
    ...change,
    ...more,
  };
  return signGroupEntry({ entry, identitySeed: keys.get(deviceId)?.seed ?? filled(32, 0) });
}

const nowhere = { epoch: 0, previous: [nonce] };
export const create = (author = alice, more: Partial<GroupEntry> = {}) =>
  write(author, { action: 'create', subject: author, role: 'admin' }, nowhere, more);

export const roles = ({ members }: Pick<GroupState, 'members'>) =>
  Object.fromEntries(
    people.flatMap((userId) => {
      const role = members.get(userId);
      return role ? [[['alice', 'bob', 'carol', 'dave'][people.indexOf(userId)], role]] : [];
    }),
  );

/** A log in which each step follows the one before. */
export async function history(
  ...steps: [string, Change][]
): Promise<{ log: GroupLog; state: GroupState }> {
  const log = newLog();
  let state = await log.append(await create());
  for (const [author, change] of steps) {
    state = await log.append(await write(author, change, state));
  }
  return { log, state };
}
