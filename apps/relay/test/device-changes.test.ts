import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  generateHybridKeyPair,
  generateIdentityKeyPair,
  generateSealingKeyPair,
} from '@sotto/crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listedDevices, nameHash, publish, withChange, without } from './support/manifests.ts';
import {
  addDevice,
  ask,
  authenticate,
  createChat,
  createPerson,
  deviceRegistration,
  sessionProofOf,
} from './support/person.ts';
import type { TestDevice, TestPerson } from './support/person.ts';
import { preKeyBody } from './support/pre-keys.ts';
import { signNextManifest } from './support/signed-manifest.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { connect, handshakeOf, next, proofOf, rawSocket, refusal } from './support/test-socket.ts';

type Challenge = [{ nonce: Uint8Array }, (answer: object) => void];

let test: TestRelay;
let database: pg.Client;
let person: TestPerson;
let laptop: TestDevice;
let phone: TestDevice;

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
  phone = await addDevice(test, person);
});

const send = (as: TestDevice, body: unknown) =>
  ask(test.relay, 'POST', '/api/devices/manifests', { ...as, body });

const account = async (as: TestDevice) => (await ask(test.relay, 'GET', '/api/account', as)).body;

const recorded = async (action: string) =>
  (
    await database.query<{ device_id: string; detail: unknown }>(
      'select device_id, detail from private.audit_events where user_id = $1 and action = $2',
      [person.userId, action],
    )
  ).rows;

describe('A new name', () => {
  it('is taken over, told to those who share a chat, and recorded', async () => {
    const { device: friend } = await createPerson(test);
    await createChat(test.relay, laptop, friend);
    const listeners = [await connect(test.relay, phone), await connect(test.relay, friend)];
    const told = listeners.map((socket) => next(socket, 'device:changed'));
    const name = 'Phöne in the kitchen';
    const devices = withChange(person, phone.deviceId, { nameHash: await nameHash(name) });

    const answer = await publish(test.relay, laptop, person, devices, [
      { deviceId: phone.deviceId, name },
    ]);

    expect(answer).toMatchObject({
      status: 200,
      body: {
        devices: [
          { deviceId: laptop.deviceId, name: 'device 1' },
          { deviceId: phone.deviceId, name, isActive: true },
        ],
      },
    });
    expect(await Promise.all(told)).toEqual(listeners.map(() => ({ userId: person.userId })));
    expect(await account(laptop)).toMatchObject({ manifests: [{}, {}, { version: 3 }] });
    expect(await recorded('device_renamed')).toEqual([
      { device_id: phone.deviceId, detail: { byDeviceId: laptop.deviceId, manifest: 3 } },
    ]);
    for (const socket of listeners) socket.disconnect();
  });

  it('is refused where it is not the one that the manifest hashes, is missing, or is of nobody', async () => {
    const name = 'Right';
    const devices = withChange(person, phone.deviceId, { nameHash: await nameHash(name) });
    const { record } = await signNextManifest(person, devices);
    const named = { deviceId: phone.deviceId, name };

    for (const names of [
      [],
      [{ ...named, name: 'Wrong' }],
      [named, named],
      [named, { deviceId: laptop.deviceId, name }],
      [named, { deviceId: randomUUID(), name }],
    ]) {
      const answer = await send(laptop, { manifest: record, names });
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'bad_request' } } });
    }
    expect((await send(laptop, { manifest: record, names: [named] })).status).toBe(200);
  });
});

describe('A manifest', () => {
  it('is answered alike when it is repeated, also after the next one', async () => {
    const name = 'Tablet';
    const first = await signNextManifest(
      person,
      withChange(person, phone.deviceId, { nameHash: await nameHash(name) }),
    );
    const body = { manifest: first.record, names: [{ deviceId: phone.deviceId, name }] };

    const answers = [await send(laptop, body), await send(laptop, body), await send(phone, body)];
    person.manifests.push(first.head);
    const later = await publish(test.relay, laptop, person, listedDevices(person));
    const late = await send(laptop, body);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers[1]?.body).toEqual(answers[0]?.body);
    expect([later.status, late.status]).toEqual([200, 200]);
    expect(await recorded('device_renamed')).toHaveLength(1);
  });

  it('is refused when it does not follow the newest one, or is not the account’s', async () => {
    const devices = listedDevices(person);
    const stranger = await createPerson(test);
    const other = await generateIdentityKeyPair();
    const [head] = person.manifests;
    const older = { ...person, manifests: head ? [head] : [] };

    const answers = [
      await signNextManifest(older, listedDevices(older)),
      await signNextManifest(person, devices, { version: 5 }),
      await signNextManifest(person, devices, { previousHash: new Uint8Array(32).fill(7) }),
      await signNextManifest({ ...person, account: other }, devices),
      await signNextManifest(stranger.person, listedDevices(stranger.person)),
    ];

    const statuses = [];
    for (const { record } of answers) {
      statuses.push((await send(laptop, { manifest: record, names: [] })).status);
    }
    expect(statuses).toEqual([409, 409, 409, 403, 403]);
    const right = await signNextManifest(person, devices);
    const wrong = Buffer.from(right.record.body, 'base64url');
    wrong[60] = (wrong[60] ?? 0) ^ 1;
    const forged = { ...right.record, body: wrong.toString('base64url') };
    expect((await send(laptop, { manifest: forged, names: [] })).status).toBe(403);
    expect((await send(laptop, { manifest: right.record, names: [] })).status).toBe(200);
  });

  it('adds no device, changes no identity key or number, and does not remove who sends it', async () => {
    const identityKey = (await generateIdentityKeyPair()).publicKey;
    const [first] = listedDevices(person);
    const added = { ...first, deviceId: randomUUID(), number: 9 } as typeof first;

    for (const devices of [
      [],
      without(person, laptop.deviceId),
      [...listedDevices(person), ...(added ? [added] : [])],
      withChange(person, phone.deviceId, { identityKey }),
      withChange(person, phone.deviceId, { number: 7 }),
      withChange(person, phone.deviceId, { addedAtMs: 1 }),
      withChange(person, phone.deviceId, { deviceId: randomUUID() }),
    ]) {
      const { record } = await signNextManifest(person, devices);
      const answer = await send(laptop, { manifest: record, names: [] });
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'bad_request' } } });
    }
  });

  it('of two at once is one, the other is stale', async () => {
    const made = await Promise.all(
      ['One', 'Two', 'Three', 'Four'].map(async (name) => ({
        names: [{ deviceId: phone.deviceId, name }],
        manifest: (
          await signNextManifest(
            person,
            withChange(person, phone.deviceId, { nameHash: await nameHash(name) }),
          )
        ).record,
      })),
    );

    const answers = await Promise.all(made.map((body) => send(laptop, body)));

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200, 409, 409, 409,
    ]);
  });

  it('of a registration adds that one device and changes no other', async () => {
    const session = await authenticate(test, 'token?grant_type=password', person);
    const made = await deviceRegistration(person, session.sessionId);
    const sealingKey = (await generateSealingKeyPair()).publicKey;
    const added = made.head.devices.at(-1);

    for (const devices of [
      [...without(person, phone.deviceId), added],
      [...withChange(person, phone.deviceId, { sealingKey }), added],
      [...listedDevices(person), added, { ...added, deviceId: randomUUID(), number: 44 }],
    ]) {
      const { record } = await signNextManifest(person, devices as typeof made.head.devices);
      const answer = await ask(test.relay, 'POST', '/api/devices', {
        token: session.token,
        body: { ...made.body, manifest: record },
      });
      expect(answer.status).toBe(400);
    }
    const right = { token: session.token, body: made.body };
    expect((await ask(test.relay, 'POST', '/api/devices', right)).status).toBe(200);
  });
});

describe('Other keys of a device', () => {
  it('are taken over and recorded', async () => {
    const sealingKey = (await generateSealingKeyPair()).publicKey;
    const hybridKey = (await generateHybridKeyPair()).publicKey;

    const answer = await publish(
      test.relay,
      phone,
      person,
      withChange(person, phone.deviceId, { sealingKey, hybridKey }),
    );

    expect(answer.status).toBe(200);
    const { rows } = await database.query<{ sealing: Buffer; hybrid: Buffer }>(
      'select public_key as sealing, hybrid_public_key as hybrid from public.devices where id = $1',
      [phone.deviceId],
    );
    expect(rows).toEqual([{ sealing: Buffer.from(sealingKey), hybrid: Buffer.from(hybridKey) }]);
    expect(await recorded('device_keys_changed')).toEqual([
      { device_id: phone.deviceId, detail: { byDeviceId: phone.deviceId, manifest: 3 } },
    ]);
  });
});

describe('A device that is left out', () => {
  it('loses its sockets on every relay within five seconds, HTTP, its session, prekeys and wraps', async () => {
    const { device: friend } = await createPerson(test);
    const chatId = await createChat(test.relay, phone, friend);
    await ask(test.relay, 'PUT', '/api/devices/prekeys', {
      ...phone,
      body: await preKeyBody(phone, { oneTime: 1, oneTimeKem: 1 }),
    });
    const relays = [test.relay, await test.another()];
    const sockets = await Promise.all(relays.map((relay) => connect(relay, phone)));
    const stays = await Promise.all(relays.map((relay) => connect(relay, laptop)));
    const closed = sockets.map((socket) => next(socket, 'disconnect', 5000));
    const told = sockets.map((socket) => next(socket, 'device:revoked', 5000));
    const paths = ['/api/chats', '/api/account', `/api/chats/${chatId}/keys`];
    // So that both relays have an answer about the device in their caches.
    for (const relay of relays) {
      for (const path of paths) expect((await ask(relay, 'GET', path, phone)).status).toBe(200);
    }

    const answer = await publish(test.relay, laptop, person, without(person, phone.deviceId));
    const atOnce = await ask(test.relay, 'GET', '/api/chats', phone);
    const table = await ask({ url: test.stack.url }, 'GET', '/rest/v1/chats?select=id', {
      token: phone.token,
      headers: { apikey: test.stack.publishableKey },
    });

    expect(answer).toMatchObject({
      status: 200,
      body: { devices: [{ isActive: true }, { deviceId: phone.deviceId, isActive: false }] },
    });
    // The gateway knows of the ended session at once; a Supabase without it answers with no rows.
    expect([table.status, table.body]).toEqual([401, expect.anything()]);
    expect(atOnce).toMatchObject({ status: 410, body: { error: { code: 'gone' } } });
    expect(await Promise.all(told)).toEqual(sockets.map(() => ({ deviceId: phone.deviceId })));
    await Promise.all(closed);
    expect(stays.map(({ connected }) => connected)).toEqual([true, true]);
    for (const relay of relays) {
      for (const path of paths) {
        await expect
          .poll(async () => (await ask(relay, 'GET', path, phone)).status, { timeout: 5000 })
          .toBe(410);
      }
      expect(await refusal(rawSocket(relay, { auth: handshakeOf(phone) }))).toMatchObject({
        code: 'gone',
      });
    }
    const { rows } = await database.query(
      `select
         (select count(*)::int from auth.sessions where id = $2) as sessions,
         (select count(*)::int from public.signed_prekeys where device_id = $1)
           + (select count(*)::int from public.kem_prekeys where device_id = $1)
           + (select count(*)::int from public.one_time_prekeys where device_id = $1) as prekeys,
         (select count(*)::int from public.chat_key_wraps where device_id = $1) as wraps`,
      [phone.deviceId, phone.sessionId],
    );
    expect(rows).toEqual([{ sessions: 0, prekeys: 0, wraps: 0 }]);
    expect(await recorded('device_revoked')).toEqual([
      { device_id: phone.deviceId, detail: { byDeviceId: laptop.deviceId, manifest: 3 } },
    ]);
    for (const socket of stays) socket.disconnect();
  });

  it('is closed though it proves itself only after everybody was told', async () => {
    const relay = await test.another();
    const socket = rawSocket(relay, { auth: handshakeOf(phone) });
    const heard: string[] = [];
    socket.onAny((event: string) => heard.push(event));
    const [{ nonce }, answer] = await new Promise<Challenge>((resolve) => {
      socket.once('device:challenge', (body, reply) => resolve([body, reply] as Challenge));
    });

    await publish(test.relay, laptop, person, without(person, phone.deviceId));
    // The other relay has asked in between, and found no socket of this device.
    await pause(3000);
    const closed = next(socket, 'disconnect', 5000);
    answer({ signature: Buffer.from(await proofOf(phone, nonce)) });

    await closed;
    expect(heard).toEqual(['device:challenge', 'device:revoked']);
  });

  it('is not let in again by a session of its own making', async () => {
    await publish(test.relay, laptop, person, without(person, phone.deviceId));
    const session = await authenticate(test, 'token?grant_type=password', person);
    const proof = await sessionProofOf(
      phone.identity,
      person.userId,
      phone.deviceId,
      session.sessionId,
    );

    const bound = await ask(test.relay, 'POST', `/api/devices/${phone.deviceId}/session`, {
      token: session.token,
      body: { sessionProof: Buffer.from(proof).toString('base64url') },
    });
    const listedAgain = await signNextManifest(person, [
      ...listedDevices(person),
      ...(person.manifests[1]?.devices.slice(1) ?? []),
    ]);
    const restored = await send(laptop, { manifest: listedAgain.record, names: [] });

    expect([bound.status, restored.status]).toEqual([410, 400]);
  });

  it('cannot publish any more', async () => {
    const { record } = await signNextManifest(person, without(person, laptop.deviceId));
    await publish(test.relay, laptop, person, without(person, phone.deviceId));

    const answer = await send(phone, { manifest: record, names: [] });

    expect(answer).toMatchObject({ status: 410, body: { error: { code: 'gone' } } });
  });
});

describe('A vault that one device stores', () => {
  it('is told to the other devices of the account', async () => {
    const { device: friend } = await createPerson(test);
    await createChat(test.relay, laptop, friend);
    const heard: [string, unknown][] = [];
    const sockets = await Promise.all(
      [laptop, phone, friend].map((device) => connect(test.relay, device)),
    );
    ['laptop', 'phone', 'friend'].forEach((name, n) =>
      sockets[n]?.on('vault:changed', (body) => heard.push([name, body])),
    );
    const random = (length: number) => Buffer.alloc(length, 1).toString('base64url');
    const told = next(sockets[1] as never, 'vault:changed');

    const answer = await ask(test.relay, 'PUT', '/api/account/vault', {
      ...laptop,
      body: {
        version: 1,
        kdf: { algorithm: 'PBKDF2-HMAC-SHA256', iterations: 600_000, salt: random(32) },
        passwordWrap: random(60),
        recoveryWrap: random(60),
        body: random(200),
      },
    });
    await told;
    // Whatever was sent with it has come as well once a later event is here.
    const later = sockets.map((socket) => next(socket, 'device:changed'));
    await publish(test.relay, laptop, person, listedDevices(person));
    await Promise.all(later);

    expect(answer.status).toBe(200);
    expect(heard).toEqual([['phone', { version: 1 }]]);
    for (const socket of sockets) socket.disconnect();
  });
});
