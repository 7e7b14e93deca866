import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addDevice,
  ask,
  authenticate,
  chatBody,
  createChat,
  createPerson,
} from './support/person.ts';
import type { TestDevice, TestPerson } from './support/person.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { connect, next } from './support/test-socket.ts';
import { vaultOf } from './support/vaults.ts';

let test: TestRelay;
let alice: TestDevice;
let alicePerson: TestPerson;
let bob: TestDevice;
let bobPerson: TestPerson;

beforeAll(async () => {
  test = await startTestRelay();
  ({ device: alice, person: alicePerson } = await createPerson(test));
  ({ device: bob, person: bobPerson } = await createPerson(test));
});
afterAll(() => test?.stop());

const random = (length: number) => randomBytes(length).toString('base64url');

describe('A vault', () => {
  const put = (as: { token: string; deviceId?: string }, body: unknown) =>
    ask(test.relay, 'PUT', '/api/account/vault', { ...as, body });

  it('is stored, given back byte for byte, and only goes up by one', async () => {
    const first = vaultOf(1);
    const second = vaultOf(2);

    expect((await put(alice, first)).body).toEqual({ version: 1 });
    expect((await put(alice, first)).body).toEqual({ version: 1 });
    expect((await put(alice, vaultOf(1))).status).toBe(409);
    expect((await put(alice, vaultOf(3))).status).toBe(409);
    expect((await put(alice, second)).body).toEqual({ version: 2 });
    expect((await put(alice, first)).status).toBe(409);
    expect((await ask(test.relay, 'GET', '/api/account', alice)).body).toMatchObject({
      vault: second,
      profile: { handle: alicePerson.handle },
      devices: [{ deviceId: alice.deviceId, isActive: true }],
      manifests: [{ version: 1 }],
    });
  });

  it('is not changed by a session without a device', async () => {
    const { token } = await authenticate(test, 'token?grant_type=password', alicePerson);

    expect((await put({ token }, vaultOf(3))).status).toBe(403);
    expect((await put({ token, deviceId: alice.deviceId }, vaultOf(3))).status).toBe(403);
  });

  it('with a cheaper derivation is refused', async () => {
    for (const iterations of [0, 1, 599_999, 10_000_001, -1, '600000', 6e5 + 0.5]) {
      const vault = vaultOf(3);
      const answer = await put(alice, { ...vault, kdf: { ...vault.kdf, iterations } });
      expect(answer.status).toBe(400);
    }
  });
});

describe('A person', () => {
  it('is found by exactly their handle, and only by someone with a device', async () => {
    const find = (handle: string, as: object = bob) =>
      ask(test.relay, 'GET', `/api/people?handle=${handle}`, as);

    expect((await find(alicePerson.handle)).body).toEqual({
      person: {
        userId: alice.userId,
        handle: alicePerson.handle,
        displayName: alicePerson.handle,
        avatarColor: 1,
      },
    });
    expect((await find(alicePerson.handle.slice(0, -1))).status).toBe(404);
    expect((await find('nobody.at.all')).status).toBe(404);
    expect((await find(alicePerson.handle, { token: bob.token })).status).toBe(401);
  });

  it('keeps their handle from somebody who knows their login password alone', async () => {
    const { person, device } = await createPerson(test);
    const { token } = await authenticate(test, 'token?grant_type=password', person);
    const body = { handle: `${person.handle}x`, displayName: 'Somebody', avatarColor: 1 };

    const stranger = await ask(test.relay, 'PUT', '/api/account/profile', { token, body });
    const owner = await ask(test.relay, 'PUT', '/api/account/profile', { ...device, body });

    expect(stranger).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
    expect(owner.status).toBe(200);
  });

  it('cannot take the handle of another', async () => {
    const body = { handle: alicePerson.handle, displayName: 'Bob', avatarColor: 2 };

    const answer = await ask(test.relay, 'PUT', '/api/account/profile', { ...bob, body });

    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
  });

  it('has manifests that others read as they were signed', async () => {
    const path = `/api/people/${bob.userId}/manifests`;
    const before = await ask(test.relay, 'GET', `${path}?after=0`, alice);
    await addDevice(test, bobPerson);

    const after = await ask(test.relay, 'GET', `${path}?after=0`, alice);
    const rest = await ask(test.relay, 'GET', `${path}?after=1`, alice);

    expect(before.body['headVersion']).toBe(1);
    const manifests = after.body['manifests'] as unknown[];
    expect(manifests).toEqual([...(before.body['manifests'] as unknown[]), manifests[1]]);
    expect(rest.body).toEqual({ manifests: [manifests[1]], headVersion: 2 });
  });
});

describe('A direct chat', () => {
  it('is one, whoever begins it and however often at once', async () => {
    const [one, two] = [(await createPerson(test)).device, (await createPerson(test)).device];
    const begin = (maker: TestDevice, partner: TestDevice) =>
      ask(test.relay, 'POST', '/api/chats', {
        ...maker,
        body: chatBody(partner.userId, [maker, partner]),
      });

    const answers = await Promise.all([
      begin(one, two),
      begin(two, one),
      begin(one, two),
      begin(two, one),
    ]);

    const chats = answers.map(({ body }) => (body['chat'] as { chatId: string }).chatId);
    expect(new Set(chats).size).toBe(1);
    expect(answers.filter(({ body }) => body['created'] === true).length).toBe(1);
    for (const device of [one, two]) {
      const listed = await ask(test.relay, 'GET', '/api/chats', device);
      expect(listed.body).toMatchObject({ chats: [{ chatId: chats[0], headSeq: 0 }] });
    }
  });

  it('gives each device its own wrap, and takes wraps for devices that came later', async () => {
    const chatId = await createChat(test.relay, alice, bob);
    const keys = (device: TestDevice) =>
      ask(test.relay, 'GET', `/api/chats/${chatId}/keys`, device);
    const wrapFor = ({ deviceId, userId }: TestDevice) => ({
      deviceId,
      userId,
      ephemeralPublicKey: random(32),
      encryptedKey: random(80),
    });
    const put = (as: TestDevice, deviceWraps: unknown[], vaultWrap?: string) =>
      ask(test.relay, 'PUT', `/api/chats/${chatId}/epochs/1/wraps`, {
        ...as,
        body: { deviceWraps, ...(vaultWrap === undefined ? {} : { vaultWrap }) },
      });
    const phone = await addDevice(test, alicePerson);
    const stranger = (await createPerson(test)).device;
    const listener = await connect(test.relay, phone);
    const told = next(listener, 'chatKey:changed');

    const missing = await keys(phone);
    const wrap = wrapFor(phone);
    const vaultWrap = random(60);
    const added = await put(bob, [wrap], vaultWrap);
    const again = await put(bob, [wrapFor(phone)]);
    const foreign = await put(bob, [wrapFor(stranger)]);
    const intruding = await put(stranger, [wrapFor(stranger)]);

    expect(missing.body['epochs']).toMatchObject([{ epoch: 1, deviceWrap: null }]);
    expect([added, again, foreign, intruding].map(({ status }) => status)).toEqual([
      200, 200, 409, 404,
    ]);
    expect(await told).toEqual({ chatId, epoch: 1 });
    expect((await keys(phone)).body['epochs']).toMatchObject([
      { deviceWrap: { ...wrap, sealedByUserId: bob.userId, sealedByDeviceId: bob.deviceId } },
    ]);
    expect((await keys(bob)).body['epochs']).toMatchObject([{ vaultWrap }]);
    expect((await keys(stranger)).status).toBe(404);
    listener.disconnect();
  });

  it('cannot be begun with someone who does not exist', async () => {
    const body = chatBody(randomUUID(), [alice]);

    const answer = await ask(test.relay, 'POST', '/api/chats', { ...alice, body });

    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
  });
});
