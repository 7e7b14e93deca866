/** A removal that changes account key and vault key, as it comes over the wire. */
import { randomBytes } from 'node:crypto';
import { generateIdentityKeyPair, signLabelled, toBase64Url } from '@sotto/crypto';
import type { IdentityKeyPair } from '@sotto/crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listedDevices, without } from './support/manifests.ts';
import {
  addDevice,
  ask,
  authenticate,
  createChat,
  createPerson,
  deviceRegistration,
  expectOk,
} from './support/person.ts';
import type { Answer, TestDevice, TestPerson } from './support/person.ts';
import { signNextManifest } from './support/signed-manifest.ts';
import type { SignedManifest } from './support/signed-manifest.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { connect, next } from './support/test-socket.ts';
import { changedVaultOf, vaultOf } from './support/vaults.ts';

let test: TestRelay;
let database: pg.Client;
let person: TestPerson;
let laptop: TestDevice;
let tablet: TestDevice;
let phone: TestDevice;
let successor: IdentityKeyPair;

beforeAll(async () => {
  test = await startTestRelay();
  database = new pg.Client(test.stack.adminUrl);
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await test?.stop();
});

beforeEach(async () => {
  ({ person, device: laptop } = await createPerson(test));
  tablet = await addDevice(test, person);
  phone = await addDevice(test, person);
  await expectOk(test.relay, 'PUT', '/api/account/vault', { ...laptop, body: vaultOf(1) });
  successor = await generateIdentityKeyPair();
});

const send = (as: TestDevice, { record }: SignedManifest, vault?: object): Promise<Answer> =>
  ask(test.relay, 'POST', '/api/devices/manifests', {
    ...as,
    body: { manifest: record, names: [], ...(vault && { vault }) },
  });

const account = async (as: TestDevice = laptop) => {
  const { body } = await ask(test.relay, 'GET', '/api/account', as);
  return body as { vault: object; manifests: { version: number }[] };
};

/** The removal of the phone, under the successor. */
const removal = () => signNextManifest(person, without(person, phone.deviceId), { successor });

/** Removes the phone and changes the keys. */
async function changeKeys(vault: object = changedVaultOf(2)): Promise<SignedManifest> {
  const made = await removal();
  const answer = await send(laptop, made, vault);
  expect(answer.status).toBe(200);
  person.manifests.push(made.head);
  return made;
}

const recorded = async (action: string) =>
  (
    await database.query<{ device_id: string; detail: unknown }>(
      'select device_id, detail from private.audit_events where user_id = $1 and action = $2',
      [person.userId, action],
    )
  ).rows;

describe('A removal with a new account key and a new vault', () => {
  it('is stored whole, recorded, and told to the devices that are left and to partners', async () => {
    const { device: friend } = await createPerson(test);
    await createChat(test.relay, laptop, friend);
    const sockets = [
      await connect(test.relay, tablet),
      await connect(test.relay, friend),
      await connect(test.relay, laptop),
    ] as const;
    const heardByOthers: string[] = [];
    for (const socket of sockets.slice(1)) {
      socket.onAny((event: string) => heardByOthers.push(event));
    }
    const closing = await connect(test.relay, phone);
    const closed = next(closing, 'disconnect', 5000);
    const told = [
      next(sockets[0], 'vault:changed'),
      next(sockets[0], 'device:changed'),
      next(sockets[1], 'device:changed'),
      next(sockets[2], 'device:changed'),
    ];
    const vault = changedVaultOf(2);
    const made = await removal();

    const answer = await send(laptop, made, vault);

    expect(answer).toMatchObject({
      status: 200,
      body: { devices: [{ isActive: true }, { isActive: true }, { isActive: false }] },
    });
    expect(await Promise.all(told)).toEqual([
      { version: 2 },
      ...Array.from({ length: 3 }, () => ({ userId: person.userId })),
    ]);
    await closed;
    const { vault: stored, manifests } = await account(tablet);
    expect(stored).toEqual(vault);
    expect(manifests.at(-1)).toEqual(made.record);
    expect(await recorded('account_key_changed')).toEqual([
      { device_id: laptop.deviceId, detail: { manifest: 4 } },
    ]);
    expect(heardByOthers).not.toContain('vault:changed');
    for (const socket of sockets) socket.disconnect();
  });

  it('is answered alike when repeated, and not with another vault or none', async () => {
    const vault = changedVaultOf(2);
    const made = await removal();

    const answers = [await send(laptop, made, vault), await send(tablet, made, vault)];
    const others = [
      await send(laptop, made, changedVaultOf(2)),
      await send(laptop, made, changedVaultOf(3)),
      await send(laptop, made),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[1]?.body).toEqual(answers[0]?.body);
    expect(others.map(({ status }) => status)).toEqual([409, 409, 400]);
    expect(await recorded('account_key_changed')).toHaveLength(1);
    expect(await account()).toMatchObject({ vault });
  });

  it('stores nothing when the vault is stale, missing or malformed, or the manifest is stale', async () => {
    const before = await account();
    const made = await removal();
    const [first] = person.manifests;
    const stale = await signNextManifest(
      { ...person, manifests: first ? [first] : [] },
      first?.devices ?? [],
      { successor },
    );

    const answers = [
      await send(laptop, made, changedVaultOf(1)),
      await send(laptop, made, changedVaultOf(3)),
      await send(laptop, made),
      await send(laptop, made, { ...changedVaultOf(2), deviceWraps: '' }),
      await send(laptop, stale, changedVaultOf(2)),
      await send(
        laptop,
        await signNextManifest(person, listedDevices(person), { version: 9, successor }),
        changedVaultOf(2),
      ),
    ];

    expect(answers.map(({ status }) => status)).toEqual([409, 409, 400, 400, 409, 409]);
    expect(await account()).toEqual(before);
    expect((await ask(test.relay, 'GET', '/api/chats', phone)).status).toBe(200);
    expect(await recorded('account_key_changed')).toEqual([]);
    expect((await send(laptop, made, changedVaultOf(2))).status).toBe(200);
  });

  it('needs the endorsement of the account key, and the signature of the new one', async () => {
    const before = await account();
    const devices = without(person, phone.deviceId);
    const stranger = await generateIdentityKeyPair();
    const right = await removal();
    const changed = (at: number): SignedManifest => {
      const body = Buffer.from(right.record.body, 'base64url');
      body[at] = (body.at(at) ?? 0) ^ 1;
      return { ...right, record: { ...right.record, body: body.toString('base64url') } };
    };
    const body = Buffer.from(right.record.body, 'base64url');
    const signedBy = async (seed: Uint8Array, over: Uint8Array): Promise<SignedManifest> => {
      const signature = await signLabelled({ seed, label: 'device-manifest', fields: [over] });
      return {
        ...right,
        record: { ...right.record, body: toBase64Url(over), signature: toBase64Url(signature) },
      };
    };
    const bare = await signNextManifest({ ...person, account: successor }, devices);

    const answers = [
      // Endorsed by somebody else, by the new key itself, with one bit changed, or not at all.
      await signNextManifest({ ...person, account: stranger }, devices, { successor }),
      await signedBy(
        successor.seed,
        Buffer.concat([
          body.subarray(0, -64),
          await signLabelled({
            seed: successor.seed,
            label: 'account-key-succession',
            fields: [body.subarray(0, -64)],
          }),
        ]),
      ),
      changed(body.length - 1),
      await signedBy(
        successor.seed,
        Buffer.from(changed(body.length - 1).record.body, 'base64url'),
      ),
      bare,
      // Endorsed for other devices.
      await signedBy(successor.seed, Buffer.from(changed(100).record.body, 'base64url')),
      // Signed by the former key alone, or by somebody else.
      await signedBy(person.account.seed, body),
      await signedBy(stranger.seed, body),
    ];

    const statuses = [];
    for (const made of answers) {
      statuses.push((await send(laptop, made, changedVaultOf(2))).status);
    }
    expect(statuses).toEqual(answers.map(() => 403));
    expect(await account()).toEqual(before);
    expect((await send(laptop, right, changedVaultOf(2))).status).toBe(200);
  });

  it('an endorsement for another account, or of the same key, is none', async () => {
    const other = (await createPerson(test)).person;
    const foreign = await signNextManifest(
      { ...other, account: person.account, manifests: person.manifests },
      without(person, phone.deviceId),
      { successor },
    );
    const endorsed = Buffer.from(foreign.record.body, 'base64url');
    // A key that endorses itself: the crypto package does not sign that, so by hand.
    const plain = await signNextManifest(person, without(person, phone.deviceId));
    const start = Buffer.from(plain.record.body, 'base64url');
    start[0] = 2;
    const own = Buffer.concat([
      start,
      await signLabelled({
        seed: person.account.seed,
        label: 'account-key-succession',
        fields: [start],
      }),
    ]);
    const itself = {
      ...plain,
      record: {
        ...plain.record,
        body: toBase64Url(own),
        signature: toBase64Url(
          await signLabelled({
            seed: person.account.seed,
            label: 'device-manifest',
            fields: [own],
          }),
        ),
      },
    };

    expect(endorsed[0]).toBe(2);
    expect((await send(laptop, foreign, changedVaultOf(2))).status).toBe(409);
    expect((await send(laptop, itself, changedVaultOf(2))).status).toBe(400);
  });
});

describe('After it', () => {
  it('the former key signs nothing more, the new one everything', async () => {
    await changeKeys();
    const devices = listedDevices(person);
    const another = await generateIdentityKeyPair();
    const successorPerson = { ...person, account: successor };

    const refused = [
      await send(laptop, await signNextManifest(person, devices)),
      await send(laptop, await signNextManifest(person, devices), changedVaultOf(3)),
      await send(
        laptop,
        await signNextManifest(person, devices, { successor: another }),
        changedVaultOf(3),
      ),
    ];
    const renewed = await signNextManifest(successorPerson, devices);
    const taken = await send(laptop, renewed);

    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(taken.status).toBe(200);
    person.manifests.push(renewed.head);
    const second = await signNextManifest(successorPerson, without(person, tablet.deviceId), {
      successor: another,
    });
    expect((await send(laptop, second, changedVaultOf(3))).status).toBe(200);
    expect(await recorded('account_key_changed')).toHaveLength(2);
    expect((await account()).manifests).toHaveLength(6);
  });

  it('a device is registered by the new key; a registration brings no key', async () => {
    await changeKeys();
    const session = await authenticate(test, 'token?grant_type=password', person);
    const register = (body: object) =>
      ask(test.relay, 'POST', '/api/devices', { token: session.token, body });
    const byFormer = await deviceRegistration(person, session.sessionId);
    const right = await deviceRegistration({ ...person, account: successor }, session.sessionId);
    const another = await generateIdentityKeyPair();
    const withKey = await signNextManifest({ ...person, account: successor }, right.head.devices, {
      successor: another,
    });

    const statuses = [
      (await register(byFormer.body)).status,
      (await register({ ...right.body, manifest: withKey.record })).status,
      (await register({ ...right.body, manifest: withKey.record, vault: changedVaultOf(3) }))
        .status,
      (await register(right.body)).status,
      (await register(right.body)).status,
    ];

    expect(statuses).toEqual([403, 400, 400, 200, 200]);
  });

  it('a registration from before it is answered alike', async () => {
    const session = await authenticate(test, 'token?grant_type=password', person);
    const made = await deviceRegistration(person, session.sessionId);
    const body = { token: session.token, body: made.body };
    await expectOk(test.relay, 'POST', '/api/devices', body);
    person.manifests.push(made.head);

    await changeKeys();

    expect((await ask(test.relay, 'POST', '/api/devices', body)).status).toBe(200);
  });

  it('the first manifest of the account is still known', async () => {
    const fresh = await authenticate(test, 'signup', {
      email: `p${randomBytes(6).toString('hex')}@example.org`,
      password: randomBytes(12).toString('hex'),
    });
    const owner: TestPerson = {
      ...person,
      userId: fresh.userId,
      account: await generateIdentityKeyPair(),
      manifests: [],
    };
    await expectOk(test.relay, 'PUT', '/api/account/profile', {
      token: fresh.token,
      body: {
        handle: `p${randomBytes(6).toString('hex')}`,
        displayName: 'Somebody',
        avatarColor: 1,
      },
    });
    const first = await deviceRegistration(owner, fresh.sessionId);
    const registration = { token: fresh.token, body: first.body };
    await expectOk(test.relay, 'POST', '/api/devices', registration);
    owner.manifests.push(first.head);
    const device = { ...fresh, deviceId: first.deviceId, identity: first.identity };
    await expectOk(test.relay, 'PUT', '/api/account/vault', { ...device, body: vaultOf(1) });
    const second = await signNextManifest(owner, first.head.devices, { successor });
    expect((await send(device, second, changedVaultOf(2))).status).toBe(200);

    expect((await ask(test.relay, 'POST', '/api/devices', registration)).status).toBe(200);
    const other = await deviceRegistration(
      { ...owner, account: successor, manifests: [] },
      fresh.sessionId,
    );
    const begun = await ask(test.relay, 'POST', '/api/devices', {
      ...registration,
      body: other.body,
    });
    expect(begun.status).toBe(403);
  });
});

describe('A vault of its own', () => {
  it('and a removal at the same time: one is stored, the other stores nothing', async () => {
    const made = await removal();
    const vault = changedVaultOf(2);
    const plain = vaultOf(2);

    const [changed, removed] = await Promise.all([
      ask(test.relay, 'PUT', '/api/account/vault', { ...tablet, body: plain }),
      send(laptop, made, vault),
    ]);

    expect([changed.status, removed.status].toSorted((a, b) => a - b)).toEqual([200, 409]);
    const { vault: stored, manifests } = await account();
    expect(manifests).toHaveLength(removed.status === 200 ? 4 : 3);
    expect(stored).toEqual(removed.status === 200 ? vault : plain);
  });
});
