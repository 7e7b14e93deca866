/** A group: a signed membership log, sender keys, and a rotation when somebody leaves. */
import assert from 'node:assert/strict';
import {
  GroupLog,
  GroupSessionBuilder,
  InMemorySenderKeyStore,
  SenderKeyDistributionMessage,
  decryptGroupMessage,
  encryptGroupMessage,
  generateIdentityKeyPair,
  groupIdFor,
  senderKeyNameOf,
  signGroupEntry,
  systemRandom,
  utf8,
  type GroupEntry,
} from '../src/index.ts';

const alice = '0a1b2c3d-0000-4000-8000-00000000a11c';
const bob = '0a1b2c3d-0000-4000-8000-000000000b0b';
const author = { userId: alice, deviceId: '0a1b2c3d-0000-4000-8000-0000000000a1' };
const aliceDevice = await generateIdentityKeyPair();

// The group's id is made from its beginning: nobody can begin another group under it.
const nonce = systemRandom(32);
const groupId = await groupIdFor({ nonce, author });

// Everyone keeps the log; the identity keys of devices come from certified manifests.
const log = new GroupLog(groupId, ({ userId }) =>
  userId === alice ? { publicKey: aliceDevice.publicKey, current: true } : undefined,
);
const append = async (entry: Pick<GroupEntry, 'action' | 'subject' | 'role'>) => {
  const { epoch, previous } = await log.state().catch(() => ({ epoch: 0, previous: [nonce] }));
  const placed = { ...entry, groupId, author, epoch: epoch + 1, previous };
  return log.append(await signGroupEntry({ entry: placed, identitySeed: aliceDevice.seed }));
};
await append({ action: 'create', subject: alice, role: 'admin' });
let state = await append({ action: 'add', subject: bob, role: 'member' });

// Alice makes her sender key; it goes to Bob's devices inside sessions or signed seals.
const place = (messageId: string) => ({
  groupId,
  epochHash: state.epochHash,
  sender: { ...author, deviceNumber: 1 },
  messageId,
});
const name = senderKeyNameOf(place(groupId));
const [aliceStore, bobStore] = [new InMemorySenderKeyStore(), new InMemorySenderKeyStore()];
const travelling = (await new GroupSessionBuilder(aliceStore).create(name)).serialize();
await new GroupSessionBuilder(bobStore).process(
  name,
  SenderKeyDistributionMessage.parse(travelling),
);

const first = place('0a1b2c3d-0000-4000-8000-000000000001');
const message = await encryptGroupMessage({
  store: aliceStore,
  place: first,
  plaintext: utf8('Hello, all'),
});
assert.deepEqual(
  await decryptGroupMessage({ store: bobStore, place: first, message }),
  utf8('Hello, all'),
);

// Bob leaves: the next message is under a key that he never gets.
state = await append({ action: 'remove', subject: bob, role: null });
await new GroupSessionBuilder(aliceStore).rotate(name);
const second = place('0a1b2c3d-0000-4000-8000-000000000002');
const later = await encryptGroupMessage({
  store: aliceStore,
  place: second,
  plaintext: utf8('Without Bob'),
});
await assert.rejects(decryptGroupMessage({ store: bobStore, place: second, message: later }), {
  code: 'open_failed',
});
assert.deepEqual([...state.members.keys()], [alice]);
