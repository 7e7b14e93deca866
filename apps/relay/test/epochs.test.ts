import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { generateHybridKeyPair, generateSealingKeyPair } from '@sotto/crypto';
import { limits } from '@sotto/protocol';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listedDevices, publish, withChange, without } from './support/manifests.ts';
import { addDevice, ask, createChat, createPerson } from './support/person.ts';
import type { TestDevice, TestPerson } from './support/person.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { connect, next } from './support/test-socket.ts';

let test: TestRelay;
let alicePerson: TestPerson;
let alice: TestDevice;
let bobPerson: TestPerson;
let bob: TestDevice;
let chatId: string;

beforeAll(async () => {
  test = await startTestRelay();
});
afterAll(() => test?.stop());

beforeEach(async () => {
  ({ person: alicePerson, device: alice } = await createPerson(test));
  ({ person: bobPerson, device: bob } = await createPerson(test));
  chatId = await createChat(test.relay, alice, bob);
});

const random = (length: number) => randomBytes(length).toString('base64url');

const nameOf = (key: Uint8Array) =>
  createHash('sha256').update(key).digest().subarray(0, 16).toString('base64url');

/** A wrap for the keys that the newest manifest of the device's owner lists. */
function wrapFor(person: TestPerson, { userId, deviceId }: TestDevice) {
  const listed = listedDevices(person).find((device) => device.deviceId === deviceId);
  if (!listed) throw new Error('not in the manifest');
  return {
    deviceId,
    userId,
    ephemeralPublicKey: random(listed.hybridKey ? 1120 : 32),
    encryptedKey: random(80),
    sealedTo: nameOf(listed.hybridKey ?? listed.sealingKey),
  };
}

const epochOf = (epoch: number, deviceWraps: object[]) => ({
  epoch,
  keyId: random(16),
  commitment: random(32),
  timestampMs: Date.now(),
  iterations: 600_000,
  madeUnder: random(112),
  deviceWraps,
  vaultWrap: random(60),
});

const begin = (as: TestDevice, epoch: object) =>
  ask(test.relay, 'POST', `/api/chats/${chatId}/epochs`, { ...as, body: { epoch } });

const bothWraps = () => [wrapFor(alicePerson, alice), wrapFor(bobPerson, bob)];

interface Keys {
  epoch: number;
  madeUnder?: string;
  deviceWrap: { sealedTo?: string } | null;
  vaultWrap: string | null;
  wrappedDevices: string[];
}

const keysOf = async (as: TestDevice) =>
  (await ask(test.relay, 'GET', `/api/chats/${chatId}/keys`, as)).body['epochs'] as Keys[];

const putWraps = (as: TestDevice, epoch: number, deviceWraps: object[]) =>
  ask(test.relay, 'PUT', `/api/chats/${chatId}/epochs/${epoch}/wraps`, {
    ...as,
    body: { deviceWraps },
  });

describe('A later epoch', () => {
  it('is told to the chat, and handed out as it was made', async () => {
    const listener = await connect(test.relay, bob);
    const told = next(listener, 'chatKey:changed');
    const [own, theirs] = bothWraps();
    const epoch = epochOf(2, [own, theirs] as object[]);

    const answers = [await begin(alice, epoch), await begin(alice, epoch)];

    expect(answers).toMatchObject([
      { status: 200, body: {} },
      { status: 200, body: {} },
    ]);
    expect(await told).toEqual({ chatId, epoch: 2 });
    const { deviceWraps, vaultWrap, ...named } = epoch;
    const maker = { makerUserId: alice.userId, makerDeviceId: alice.deviceId };
    const by = { sealedByUserId: alice.userId, sealedByDeviceId: alice.deviceId };
    const wrappedDevices = [alice.deviceId, bob.deviceId].sort();
    const [first, second] = await keysOf(bob);
    expect(first).toMatchObject({ epoch: 1, deviceWrap: { deviceId: bob.deviceId } });
    expect(first).not.toHaveProperty('madeUnder');
    expect(first?.deviceWrap).not.toHaveProperty('sealedTo');
    expect(second).toEqual({
      ...named,
      ...maker,
      deviceWrap: { ...theirs, ...by },
      vaultWrap: null,
      wrappedDevices,
    });
    expect((await keysOf(alice))[1]).toEqual({
      ...named,
      ...maker,
      deviceWrap: { ...own, ...by },
      vaultWrap,
      wrappedDevices,
    });
    expect(deviceWraps).toHaveLength(2);
    listener.disconnect();
  });

  it('has the next number, a key id of its own, and other content under its number is refused', async () => {
    const epoch = epochOf(2, bothWraps());
    await begin(alice, epoch);

    const answers = [
      await begin(alice, epochOf(1, bothWraps())),
      await begin(alice, epochOf(4, bothWraps())),
      await begin(alice, { ...epoch, epoch: 3 }),
      await begin(bob, epoch),
      await begin(alice, { ...epoch, madeUnder: random(112) }),
      await begin(alice, { ...epoch, commitment: random(32) }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([409, 409, 409, 409, 409, 409]);
    expect(await keysOf(bob)).toHaveLength(2);
  });

  it('that several devices begin at once is one of theirs', async () => {
    const phone = await addDevice(test, alicePerson);
    const makers = [alice, bob, phone, alice, bob, phone, alice, bob];
    const epochs = makers.map(() => epochOf(2, bothWraps()));

    const answers = await Promise.all(
      makers.map((maker, index) => begin(maker, epochs[index] as object)),
    );

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(7);
    const winner = epochs[answers.findIndex(({ status }) => status === 200)];
    const [, second] = await keysOf(bob);
    expect(second).toMatchObject({ epoch: 2, keyId: winner?.keyId });
  });

  it('is not begun by strangers, revoked devices, or for devices that are not the members’', async () => {
    const phone = await addDevice(test, alicePerson);
    const { device: eve, person: evePerson } = await createPerson(test);
    const wrapForPhone = wrapFor(alicePerson, phone);
    await publish(test.relay, alice, alicePerson, without(alicePerson, phone.deviceId));

    const answers = [
      await begin(eve, epochOf(2, bothWraps())),
      await begin(phone, epochOf(2, bothWraps())),
      await begin(alice, epochOf(2, [...bothWraps(), wrapFor(evePerson, eve)])),
      await begin(alice, epochOf(2, [...bothWraps(), wrapForPhone])),
      await begin(alice, epochOf(2, [{ ...wrapForPhone, deviceId: randomUUID() }])),
    ];

    expect(answers.map(({ status }) => status)).toEqual([404, 410, 409, 409, 409]);
    expect(await keysOf(alice)).toHaveLength(1);
  });

  it('of the wrong shape is refused', async () => {
    const [wrap] = bothWraps();
    const right = epochOf(2, bothWraps());

    for (const epoch of [
      { ...right, deviceWraps: [] },
      { ...right, deviceWraps: Array.from({ length: limits.wrapsPerRequest + 1 }, () => wrap) },
      { ...right, iterations: 599_999 },
      { ...right, madeUnder: random(limits.madeUnderBytes + 1) },
      { ...right, deviceWraps: [{ ...wrap, ephemeralPublicKey: random(33) }] },
      { ...right, deviceWraps: [{ ...wrap, sealedTo: random(15) }] },
      { ...right, vaultWrap: undefined },
    ]) {
      expect((await begin(alice, epoch)).status).toBe(400);
    }
    expect((await begin(alice, right)).status).toBe(200);
  });
});

describe('A wrap', () => {
  it('is sealed to the key that the device has now: hybrid where it has one', async () => {
    const phone = await addDevice(test, bobPerson, { hybrid: true });
    const listed = listedDevices(bobPerson).at(-1);
    const right = wrapFor(bobPerson, phone);
    const { sealedTo: _, ...unnamed } = right;

    const refused = [
      await putWraps(alice, 1, [{ ...right, sealedTo: random(16) }]),
      await putWraps(alice, 1, [
        { ...right, sealedTo: nameOf(listed?.sealingKey ?? new Uint8Array()) },
      ]),
      await putWraps(alice, 1, [{ ...right, ephemeralPublicKey: random(32) }]),
      await putWraps(alice, 1, [{ ...unnamed, ephemeralPublicKey: random(32) }]),
      await putWraps(alice, 1, [unnamed]),
      await putWraps(alice, 1, [{ ...wrapFor(bobPerson, bob), ephemeralPublicKey: random(1120) }]),
    ];
    const taken = await putWraps(alice, 1, [right]);

    expect(refused.map(({ status }) => status)).toEqual([409, 409, 409, 409, 409, 409]);
    expect(taken.status).toBe(200);
    expect((await keysOf(phone))[0]?.deviceWrap).toMatchObject(right);
  });

  it('goes with the key it was sealed to, and comes again for the new one', async () => {
    await begin(alice, epochOf(2, bothWraps()));
    const sealingKey = (await generateSealingKeyPair()).publicKey;
    await publish(test.relay, bob, bobPerson, withChange(bobPerson, bob.deviceId, { sealingKey }));

    const between = await keysOf(bob);
    const seen = await keysOf(alice);
    const stale = await putWraps(alice, 2, [{ ...wrapFor(bobPerson, bob), sealedTo: random(16) }]);
    const again = wrapFor(bobPerson, bob);
    const taken = await putWraps(alice, 2, [again]);

    expect(between.map(({ deviceWrap }) => deviceWrap)).toEqual([null, null]);
    expect(seen.map(({ wrappedDevices }) => wrappedDevices)).toEqual([
      [alice.deviceId],
      [alice.deviceId],
    ]);
    expect([stale.status, taken.status]).toEqual([409, 200]);
    expect((await keysOf(bob))[1]?.deviceWrap).toMatchObject(again);
  });

  it('stays when the device gets a hybrid key beside the sealing key', async () => {
    await begin(alice, epochOf(2, bothWraps()));
    const before = await keysOf(bob);
    const hybridKey = (await generateHybridKeyPair()).publicKey;

    await publish(test.relay, bob, bobPerson, withChange(bobPerson, bob.deviceId, { hybridKey }));

    expect(await keysOf(bob)).toEqual(before);
    expect((await putWraps(alice, 2, [wrapFor(bobPerson, bob)])).status).toBe(200);
  });

  it('that was sealed to a key while it changed gives way to one for the new key', async () => {
    const old = wrapFor(bobPerson, bob);
    await begin(alice, epochOf(2, [wrapFor(alicePerson, alice), old]));
    const sealingKey = (await generateSealingKeyPair()).publicKey;
    await publish(test.relay, bob, bobPerson, withChange(bobPerson, bob.deviceId, { sealingKey }));
    const database = new pg.Client(test.stack.adminUrl);
    await database.connect();
    await database.query(
      `insert into public.chat_key_wraps
         (chat_id, epoch, user_id, device_id, ephemeral_public_key, encrypted_key, sealed_to,
          sealed_by_user_id, sealed_by_device_id)
       select chat_id, epoch, $2, $3, ephemeral_public_key, encrypted_key, $4,
              sealed_by_user_id, sealed_by_device_id
       from public.chat_key_wraps where chat_id = $1 and epoch = 2 and device_id = $5`,
      [chatId, bob.userId, bob.deviceId, Buffer.from(old.sealedTo, 'base64url'), alice.deviceId],
    );
    await database.end();

    const [, stale] = await keysOf(bob);
    const fresh = wrapFor(bobPerson, bob);
    const taken = await putWraps(alice, 2, [fresh]);

    expect(stale).toMatchObject({ deviceWrap: null, wrappedDevices: [alice.deviceId] });
    expect(taken.status).toBe(200);
    expect((await keysOf(bob))[1]?.deviceWrap).toMatchObject(fresh);
  });
});
