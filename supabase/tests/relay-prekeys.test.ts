import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { claimedPreKeysSchema, limits, preKeyRoutes } from '@sotto/protocol';
import { onWire } from './on-wire.ts';
import {
  addDirectChat,
  addPerson,
  addSession,
  base64,
  call,
  newDevice,
  newManifest,
  newOneTimeKeys,
  newPreKeys,
} from './world.ts';
import type { Person } from './world.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.databaseUrl);
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

type Device = Pick<Person, 'userId' | 'deviceId'>;

interface Stock {
  oneTime: number;
  oneTimeKem: number;
  signedPreKey: { id: number; createdAtMs: number } | null;
  lastResortKemPreKeyId: number | null;
}

interface Claim {
  retryAfterMs?: number;
  isLow: boolean;
  claimed: {
    deviceId: string;
    registrationId: number;
    kemPreKey: { id: number };
    oneTimePreKey: { id: number } | null;
  };
}

const put = (device: Device, prekeys: object, connection: pg.Client = client) =>
  call<Stock>(connection, 'relay_put_prekeys', {
    p_user: device.userId,
    p_device: device.deviceId,
    p_prekeys: prekeys,
  });

const stock = (device: Device) =>
  call<Stock>(client, 'relay_prekey_stock', { p_user: device.userId, p_device: device.deviceId });

const claim = (from: Device, target: Device, connection: pg.Client = client) =>
  call<Claim>(connection, 'relay_claim_prekeys', {
    p_user: from.userId,
    p_device: from.deviceId,
    p_owner: target.userId,
    p_target: target.deviceId,
  });

/** Two people who share a chat. */
async function pair(): Promise<[Person, Person]> {
  const [one, two] = [await addPerson(client), await addPerson(client)];
  await addDirectChat(client, one, two);
  return [one, two];
}

/** More devices of a person, put there behind the functions' back. */
async function addDevices(person: Person, count: number): Promise<Device[]> {
  const devices = Array.from({ length: count }, (_, index) => ({
    userId: person.userId,
    deviceId: randomUUID() as string,
    number: index + 2,
  }));
  for (const { deviceId, number } of devices) {
    await client.query(
      `insert into public.devices
         (id, user_id, number, name, name_hash, device_type, identity_key, public_key)
       select $1, user_id, $2, name, name_hash, device_type, identity_key, public_key
       from public.devices where id = $3`,
      [deviceId, number, person.deviceId],
    );
  }
  return devices;
}

describe('relay_put_prekeys', () => {
  test('counts what is there, and answers a repeat alike', async () => {
    const ada = await addPerson(client);
    const keys = newPreKeys({ oneTime: 3, oneTimeKem: 2 });

    const first = await put(ada, keys);

    expect(preKeyRoutes.putPreKeys.response.parse(first)).toEqual({
      oneTime: 3,
      oneTimeKem: 2,
      signedPreKey: { id: keys.signedPreKey.id, createdAtMs: expect.any(Number) as number },
      lastResortKemPreKeyId: keys.lastResortKemPreKey.id,
    });
    expect(await put(ada, keys)).toEqual(first);
    expect(await stock(ada)).toEqual(first);
  });

  test('replaces signed keys and adds one-time keys', async () => {
    const ada = await addPerson(client);
    await put(ada, newPreKeys({ oneTime: 3, oneTimeKem: 2 }));
    const next = newPreKeys({ oneTime: 2, oneTimeKem: 1, firstId: 50 });

    expect(await put(ada, next)).toMatchObject({
      oneTime: 5,
      oneTimeKem: 3,
      signedPreKey: { id: next.signedPreKey.id },
      lastResortKemPreKeyId: next.lastResortKemPreKey.id,
    });
  });

  test.each([
    'signedPreKey',
    'lastResortKemPreKey',
    'oneTimePreKeys',
    'oneTimeKemPreKeys',
  ] as const)('refuses other bytes under an id that exists: %s', async (name) => {
    const ada = await addPerson(client);
    const keys = newPreKeys({ oneTime: 1, oneTimeKem: 1 });
    const before = await put(ada, keys);

    const others = newPreKeys({ oneTime: 1, oneTimeKem: 1 });

    await expect(put(ada, { ...keys, [name]: others[name] })).rejects.toMatchObject({
      code: 'PT409',
    });
    expect(await stock(ada)).toEqual(before);
  });

  test('takes no key again that was handed out, and no other one under its id', async () => {
    const [ada, bob] = await pair();
    const keys = newPreKeys({ oneTime: 2, oneTimeKem: 2 });
    await put(ada, keys);
    const { claimed } = await claim(bob, ada);

    const again = await put(ada, keys);

    expect(again).toMatchObject({ oneTime: 1, oneTimeKem: 1 });
    const usedId = claimed.oneTimePreKey?.id;
    for (const change of [
      { oneTimePreKeys: newOneTimeKeys([usedId as number]) },
      {
        oneTimeKemPreKeys: newPreKeys({ oneTimeKem: 1, firstId: claimed.kemPreKey.id })
          .oneTimeKemPreKeys,
      },
    ]) {
      await expect(put(ada, { ...keys, ...change })).rejects.toMatchObject({ code: 'PT409' });
    }
  });

  test('holds no more than the limits', async () => {
    const ada = await addPerson(client);
    await put(
      ada,
      newPreKeys({ oneTime: limits.oneTimePreKeys, oneTimeKem: limits.oneTimeKemPreKeys }),
    );

    for (const more of [
      newPreKeys({ oneTime: 1, firstId: 500 }),
      newPreKeys({ oneTimeKem: 1, firstId: 500 }),
    ]) {
      await expect(put(ada, more)).rejects.toMatchObject({ code: 'PT413' });
    }
    expect(await stock(ada)).toMatchObject({
      oneTime: limits.oneTimePreKeys,
      oneTimeKem: limits.oneTimeKemPreKeys,
    });
  });

  test.each([
    ['a short key', { signedPreKey: { id: 1, publicKey: base64(32), signature: base64(64) } }],
    [
      'a short signature',
      { signedPreKey: { id: 1, publicKey: base64(33), signature: base64(63) } },
    ],
    ['an id of 0', { oneTimePreKeys: newOneTimeKeys([0]) }],
    ['an id above 32 bits', { oneTimePreKeys: newOneTimeKeys([2 ** 32]) }],
    ['a registration id of 0', { registrationId: 0 }],
    ['a registration id above 14 bits', { registrationId: 16_381 }],
  ])('refuses %s', async (_, change) => {
    const ada = await addPerson(client);

    await expect(put(ada, { ...newPreKeys({}), ...change })).rejects.toMatchObject({
      code: 'PT400',
    });
  });

  test('is for active devices of the account only', async () => {
    const [ada, bob] = await pair();
    const foreign = { userId: ada.userId, deviceId: bob.deviceId };
    await expect(put(foreign, newPreKeys({}))).rejects.toMatchObject({ code: 'PT404' });
    await client.query(
      'update public.devices set is_active = false, revoked_at = now() where id = $1',
      [ada.deviceId],
    );

    await expect(put(ada, newPreKeys({}))).rejects.toMatchObject({ code: 'PT410' });
    await expect(stock(ada)).rejects.toMatchObject({ code: 'PT410' });
  });
});

describe('relay_claim_prekeys', () => {
  test('hands out one of each kind and uses the one-time ones up', async () => {
    const [ada, bob] = await pair();
    const keys = newPreKeys({ oneTime: 2, oneTimeKem: 1 });
    await put(ada, keys);

    const first = await claim(bob, ada);
    const second = await claim(bob, ada);
    const third = await claim(bob, ada);

    expect(claimedPreKeysSchema.safeParse(onWire(first.claimed)).error).toBeUndefined();
    expect(first.claimed).toEqual({
      deviceId: ada.deviceId,
      registrationId: keys.registrationId,
      signedPreKey: keys.signedPreKey,
      kemPreKey: keys.oneTimeKemPreKeys[0],
      oneTimePreKey: keys.oneTimePreKeys[0],
    });
    expect(second.claimed).toMatchObject({
      kemPreKey: keys.lastResortKemPreKey,
      oneTimePreKey: keys.oneTimePreKeys[1],
    });
    expect(third.claimed).toMatchObject({
      kemPreKey: keys.lastResortKemPreKey,
      oneTimePreKey: null,
    });
    expect(await stock(ada)).toMatchObject({ oneTime: 0, oneTimeKem: 0 });
  });

  test('says when few are left', async () => {
    const [ada, bob] = await pair();
    await put(ada, newPreKeys({ oneTime: 21, oneTimeKem: 20 }));

    expect((await claim(bob, ada)).isLow).toBe(false);
    expect((await claim(bob, ada)).isLow).toBe(true);
    const [cleo, dan] = await pair();
    await put(cleo, newPreKeys({ oneTime: 100, oneTimeKem: 6 }));
    expect((await claim(dan, cleo)).isLow).toBe(false);
    expect((await claim(dan, cleo)).isLow).toBe(true);
  });

  test('gives 100 of 200 claims at once a key of their own, and 100 none', async () => {
    const [ada, bob] = await pair();
    const keys = newPreKeys({ oneTime: 100, oneTimeKem: 20 });
    await put(ada, keys);
    const claimers = [bob, ...(await addDevices(bob, 19))];
    const connections = await Promise.all(
      claimers.map(async () => {
        const connection = new pg.Client(database.databaseUrl);
        await connection.connect();
        return connection;
      }),
    );

    const tenClaims = async (claimer: Device, connection: pg.Client) => {
      const claims: Claim[] = [];
      while (claims.length < 10) claims.push(await claim(claimer, ada, connection));
      return claims;
    };

    const claims = (
      await Promise.all(connections.map((each, n) => tenClaims(claimers[n] as Device, each)))
    ).flat();
    await Promise.all(connections.map((connection) => connection.end()));

    const oneTime = claims.map(({ claimed }) => claimed.oneTimePreKey?.id);
    const kem = claims.map(({ claimed }) => claimed.kemPreKey.id);
    const lastResort = keys.lastResortKemPreKey.id;
    expect(claims).toHaveLength(200);
    expect(oneTime.filter((id) => id === undefined)).toHaveLength(100);
    expect(new Set(oneTime.filter((id) => id !== undefined)).size).toBe(100);
    expect(kem.filter((id) => id === lastResort)).toHaveLength(180);
    expect(new Set(kem).size).toBe(21);
  });

  test('waits for no claim of another device', async () => {
    const [ada, bob] = await pair();
    await put(ada, newPreKeys({ oneTime: 2, oneTimeKem: 2 }));
    const [tablet] = (await addDevices(bob, 1)) as [Device];
    const slow = new pg.Client(database.databaseUrl);
    await slow.connect();
    await slow.query('begin');
    const first = await claim(bob, ada, slow);

    const second = await claim(tablet, ada);

    await slow.query('rollback');
    await slow.end();
    expect(second.claimed.oneTimePreKey?.id).not.toBe(first.claimed.oneTimePreKey?.id);
    expect((await claim(tablet, ada)).claimed.oneTimePreKey).toEqual(first.claimed.oneTimePreKey);
  });

  test('ends for a day after the limit, counted for one device and one target, also at once', async () => {
    const [ada, bob] = await pair();
    const [phone] = (await addDevices(ada, 1)) as [Device];
    const [tablet] = (await addDevices(bob, 1)) as [Device];
    await put(ada, newPreKeys({ oneTime: 100 }));
    await put(phone, newPreKeys({}));
    const connections = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const connection = new pg.Client(database.databaseUrl);
        await connection.connect();
        return connection;
      }),
    );

    const claims = await Promise.all(connections.map((each) => claim(bob, ada, each)));
    await Promise.all(connections.map((connection) => connection.end()));

    const refused = claims.filter(({ retryAfterMs }) => retryAfterMs !== undefined);
    expect(refused).toHaveLength(30 - limits.preKeyClaimsPerDay);
    const dayMs = 24 * 3_600_000;
    for (const { retryAfterMs } of refused) {
      expect(retryAfterMs).toBeGreaterThan(dayMs - 60_000);
      expect(retryAfterMs).toBeLessThanOrEqual(dayMs);
    }
    expect((await stock(ada)).oneTime).toBe(100 - limits.preKeyClaimsPerDay);
    expect((await claim(tablet, ada)).claimed.deviceId).toBe(ada.deviceId);
    expect((await claim(bob, phone)).claimed.deviceId).toBe(phone.deviceId);
    await client.query(`update private.prekey_claims set at = at - interval '25 hours'`);
    expect((await claim(bob, ada)).claimed.deviceId).toBe(ada.deviceId);
  });

  test('is for people who share a chat, and for the own devices', async () => {
    const [ada, bob] = await pair();
    const [phone] = (await addDevices(ada, 1)) as [Device];
    const eve = await addPerson(client);
    await put(ada, newPreKeys({}));

    expect((await claim(phone, ada)).claimed.deviceId).toBe(ada.deviceId);
    await expect(claim(eve, ada)).rejects.toMatchObject({ code: 'PT404', message: 'no_device' });
    await expect(claim(bob, { ...ada, userId: bob.userId })).rejects.toMatchObject({
      code: 'PT404',
    });
    await client.query('update public.chat_members set left_seq = 0 where user_id = $1', [
      bob.userId,
    ]);
    await expect(claim(bob, ada)).rejects.toMatchObject({ code: 'PT404', message: 'no_device' });
  });

  test('finds nothing at a device that is revoked or has published too little, and uses up nothing', async () => {
    const [ada, bob] = await pair();
    await expect(claim(bob, ada)).rejects.toMatchObject({ code: 'PT404', message: 'no_prekeys' });
    const { signedPreKey, lastResortKemPreKey, ...rest } = newPreKeys({ oneTime: 1 });
    await put(ada, rest);
    await expect(claim(bob, ada)).rejects.toMatchObject({ code: 'PT404', message: 'no_prekeys' });
    await put(ada, { ...rest, signedPreKey });
    await expect(claim(bob, ada)).rejects.toMatchObject({ code: 'PT404', message: 'no_prekeys' });
    await put(ada, { ...rest, lastResortKemPreKey });
    expect((await stock(ada)).oneTime).toBe(1);
    expect((await claim(bob, ada)).claimed.oneTimePreKey).toEqual(rest.oneTimePreKeys[0]);

    await client.query(
      'update public.devices set is_active = false, revoked_at = now() where id = $1',
      [ada.deviceId],
    );
    await expect(claim(bob, ada)).rejects.toMatchObject({ code: 'PT404', message: 'no_device' });
    await expect(claim(ada, bob)).rejects.toMatchObject({ code: 'PT410' });
  });

  test('is in the record of the one whose keys they were', async () => {
    const [ada, bob] = await pair();
    await put(ada, newPreKeys({ oneTime: 1 }));
    await claim(bob, ada);

    const { rows } = await client.query(
      `select device_id, action, detail from private.audit_events
       where user_id = $1 and action like 'prekeys%' order by id`,
      [ada.userId],
    );

    expect(rows).toEqual([
      {
        device_id: ada.deviceId,
        action: 'prekeys_published',
        detail: { signed: true, lastResort: true, oneTime: 1, oneTimeKem: 0 },
      },
      {
        device_id: ada.deviceId,
        action: 'prekeys_claimed',
        detail: {
          byUserId: bob.userId,
          byDeviceId: bob.deviceId,
          oneTime: true,
          lastResort: true,
        },
      },
    ]);
  });

  test('leaves nothing behind of a deleted account', async () => {
    const [ada, bob] = await pair();
    await put(ada, newPreKeys({ oneTime: 2, oneTimeKem: 2 }));
    await claim(bob, ada);

    await client.query('delete from public.devices where id = $1', [ada.deviceId]);

    for (const table of [
      'public.signed_prekeys',
      'public.kem_prekeys',
      'public.one_time_prekeys',
      'private.prekey_claims',
    ]) {
      const { rowCount } = await client.query(`select from ${table} where device_id = $1`, [
        ada.deviceId,
      ]);
      expect(rowCount).toBe(0);
    }
  });
});

test('registration takes the hybrid key, and a repeat must have it too', async () => {
  const ada = await addPerson(client);
  const sessionId = await addSession(client, ada.userId);
  const { rows } = await client.query<{ hash: string }>(
    `select encode(hash, 'base64') as hash from public.device_manifests where user_id = $1`,
    [ada.userId],
  );
  const device = { ...newDevice(2), hybridPublicKey: base64(1216) };
  const manifest = newManifest(2, ada.accountKey, rows[0]?.hash);
  const register = (what: object) =>
    call(client, 'relay_register_device', {
      p_user: ada.userId,
      p_session: sessionId,
      p_device: what,
      p_manifest: manifest,
    });

  const record = await register(device);

  expect(await register(device)).toEqual(record);
  await expect(register({ ...device, hybridPublicKey: base64(1216) })).rejects.toMatchObject({
    code: 'PT409',
  });
  const stored = await client.query<{ key: string }>(
    `select translate(encode(hybrid_public_key, 'base64'), e'\\n', '') as key
     from public.devices where id = $1`,
    [device.deviceId],
  );
  expect(stored.rows).toEqual([{ key: device.hybridPublicKey }]);
});
