/** Nothing that was read from a Node `Buffer` changes when the buffer is wiped or used again. */
import { expect, it } from 'vitest';
import {
  generateIdentityKeyPair,
  generateSealingKeyPair,
  GroupCipher,
  GroupSessionBuilder,
  InMemorySenderKeyStore,
  parseDeviceManifest,
  parseGroupEntry,
  parsePreKeySignalMessage,
  parseSignalMessage,
  SenderKeyDistributionMessage,
  SenderKeyMessage,
  SenderKeyName,
  SenderKeyRecord,
  signDeviceManifest,
  signGroupEntry,
  utf8,
} from '../src/index.ts';
import { parseSessionRecord } from '../src/session/session-state.ts';
import { alice, alicePhone, chat, filled, seededRandom } from './building/builders.ts';
import { pair } from './session/devices.ts';

const random = seededRandom(90);

async function manifestBody(): Promise<Uint8Array> {
  const account = await generateIdentityKeyPair({ random });
  const device = await generateIdentityKeyPair({ random });
  const sealing = await generateSealingKeyPair({ random });
  const { body } = await signDeviceManifest({
    manifest: {
      userId: alice,
      version: 1,
      previousHash: filled(32, 0),
      accountKey: account.publicKey,
      timeMs: 1,
      devices: [
        {
          deviceId: alicePhone,
          number: 1,
          nameHash: filled(32, 3),
          identityKey: device.publicKey,
          sealingKey: sealing.publicKey,
          addedAtMs: 1,
        },
      ],
    },
    accountSeed: account.seed,
    random,
  });
  return body;
}

async function groupEntryBody(): Promise<Uint8Array> {
  const { body } = await signGroupEntry({
    entry: {
      groupId: chat,
      epoch: 2,
      previous: [filled(32, 7)],
      action: 'add',
      subject: alice,
      role: 'member',
      author: { userId: alice, deviceId: alicePhone },
    },
    identitySeed: filled(32, 8),
    random,
  });
  return body;
}

/** Serialized objects of every kind that is read by a parser of its own. */
async function objects(): Promise<[string, Uint8Array, (bytes: Uint8Array) => unknown][]> {
  const { bob, a, b } = await pair(random);
  const first = (await a.encrypt(utf8('first'))).serialized;
  await b.decrypt({ type: 'preKey', serialized: first });
  const [session = filled(0, 0)] = bob.stores.kept.sessions.values();
  const name = new SenderKeyName(chat, { name: alice, deviceId: 1 });
  const store = new InMemorySenderKeyStore();
  const distribution = await new GroupSessionBuilder(store, random).create(name);
  const record = await store.loadSenderKey(name);
  const message = await new GroupCipher(store, name).encrypt(utf8('to all'));
  return [
    ['manifest', await manifestBody(), parseDeviceManifest],
    ['group entry', await groupEntryBody(), parseGroupEntry],
    ['first message', first, parsePreKeySignalMessage],
    ['message', parsePreKeySignalMessage(first).message, parseSignalMessage],
    ['session record', session, parseSessionRecord],
    ['distribution', distribution.serialize(), SenderKeyDistributionMessage.parse],
    ['group message', message, SenderKeyMessage.parse],
    ['sender key', record?.serialize() ?? filled(0, 0), SenderKeyRecord.deserialize],
  ];
}

it('What was read from a buffer stays as it was when the buffer is wiped', async () => {
  for (const [what, bytes, parse] of await objects()) {
    const buffer = Buffer.from(bytes);
    const read = parse(buffer);
    buffer.fill(0);
    expect([what, read]).toEqual([what, parse(bytes)]);
  }
});
