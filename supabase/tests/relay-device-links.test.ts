import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { limits } from '@sotto/protocol';
import { addFactor, addPerson, addSession, base64, call, newLink } from './world.ts';
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

type Link = { linkId: string; state: string; createdAtMs: number; expiresAtMs: number };

const create = (userId: string, sessionId: string, link: unknown = newLink()) =>
  call<Link>(client, 'relay_create_device_link', {
    p_user: userId,
    p_session: sessionId,
    p_link: link,
  });
const get = (userId: string, sessionId: string, linkId: string) =>
  call<Link>(client, 'relay_get_device_link', {
    p_user: userId,
    p_session: sessionId,
    p_link: linkId,
  });
const list = (userId: string) =>
  call<{ links: Link[] }>(client, 'relay_list_device_links', { p_user: userId });
const end = (userId: string, sessionId: string, linkId: string) =>
  call<{ ended: boolean }>(client, 'relay_end_device_link', {
    p_user: userId,
    p_session: sessionId,
    p_link: linkId,
  });

async function identityOf(person: Person): Promise<string> {
  const { rows } = await client.query<{ key: string }>(
    `select encode(identity_key, 'base64') as key from public.devices where id = $1`,
    [person.deviceId],
  );
  return rows[0]?.key ?? '';
}

/** A link that the person's device has answered and delivered. */
async function delivered(person: Person, sessionId: string): Promise<string> {
  const { linkId } = await create(person.userId, sessionId);
  const asDevice = { p_user: person.userId, p_device: person.deviceId, p_link: linkId };
  await call(client, 'relay_answer_device_link', {
    ...asDevice,
    p_answer: {
      identityKey: await identityOf(person),
      accountKey: person.accountKey,
      nonce: base64(32),
    },
  });
  await call(client, 'relay_reveal_device_link', {
    p_user: person.userId,
    p_session: sessionId,
    p_link: linkId,
    p_reveal: { publicKey: base64(32), nonce: base64(32) },
  });
  await call(client, 'relay_deliver_device_link', {
    ...asDevice,
    p_delivery: { ephemeralPublicKey: base64(32), sealed: base64(400) },
  });
  return linkId;
}

/** Moves a link into the past. */
const age = (linkId: string, by: string) =>
  client.query(
    `update private.device_links
     set created_at = created_at - $2::interval, expires_at = expires_at - $2::interval
     where id = $1`,
    [linkId, by],
  );

const rowOf = async (linkId: string) =>
  (
    await client.query<Record<string, unknown>>(
      'select * from private.device_links where id = $1',
      [linkId],
    )
  ).rows[0];

const exchanged = (row: Record<string, unknown> | undefined) =>
  Object.entries(row ?? {}).filter(
    ([column, value]) => /^(answer|reveal|delivery)_/.test(column) && value !== null,
  );

describe('a link', () => {
  test('ends by itself after the time of the protocol', async () => {
    const ada = await addPerson(client);
    const session = await addSession(client, ada.userId);
    const link = await create(ada.userId, session);

    expect(link.expiresAtMs - link.createdAtMs).toBe(limits.deviceLinkSeconds * 1000);
    await age(link.linkId, `${limits.deviceLinkSeconds} seconds`);

    await expect(get(ada.userId, session, link.linkId)).rejects.toMatchObject({ code: 'PT410' });
    expect(await list(ada.userId)).toEqual({ links: [] });
  });

  test('keeps what was delivered for two minutes, and what was asked for an hour', async () => {
    const ada = await addPerson(client);
    const session = await addSession(client, ada.userId);
    const linkId = await delivered(ada, session);
    const sweep = () => call(client, 'relay_sweep', {});

    await sweep();
    expect(exchanged(await rowOf(linkId))).not.toEqual([]);
    await age(linkId, '2 minutes');
    await sweep();
    expect(exchanged(await rowOf(linkId))).toEqual([]);
    expect(await rowOf(linkId)).toBeDefined();
    await age(linkId, '1 hour');
    await sweep();
    expect(await rowOf(linkId)).toBeUndefined();
  });

  test('holds nothing of the exchange once it was ended by whoever asked', async () => {
    const ada = await addPerson(client);
    const session = await addSession(client, ada.userId);
    const linkId = await delivered(ada, session);

    expect(await end(ada.userId, session, linkId)).toEqual({ ended: true });
    expect(await end(ada.userId, session, linkId)).toEqual({ ended: false });
    expect(exchanged(await rowOf(linkId))).toEqual([]);
    await expect(get(ada.userId, session, linkId)).rejects.toMatchObject({ code: 'PT410' });
  });

  test('is one of a limited number an hour', async () => {
    const ada = await addPerson(client);
    const session = await addSession(client, ada.userId);
    const ids: string[] = [];
    for (let count = 0; count < limits.deviceLinksPerHour; count += 1) {
      const { linkId } = await create(ada.userId, session);
      await end(ada.userId, session, linkId);
      ids.push(linkId);
    }

    await expect(create(ada.userId, session)).rejects.toMatchObject({ code: 'PT429' });
    await age(ids[0] ?? '', '1 hour');
    expect((await create(ada.userId, session)).state).toBe('open');
  });

  test('is one of a limited number that are open', async () => {
    const ada = await addPerson(client);
    const session = await addSession(client, ada.userId);
    for (let count = 0; count < limits.deviceLinksOpen; count += 1) {
      await create(ada.userId, session);
    }

    await expect(create(ada.userId, session)).rejects.toMatchObject({ code: 'PT413' });
    // Those of a session that ended count no more.
    await client.query('delete from auth.sessions where id = $1', [session]);
    const other = await addSession(client, ada.userId);
    expect((await create(ada.userId, other)).state).toBe('open');
  });

  test('is not made by a session without its second factor, and ends with the session', async () => {
    const ada = await addPerson(client);
    const session = await addSession(client, ada.userId);
    await create(ada.userId, session);
    await addFactor(client, ada.userId);

    await expect(create(ada.userId, session)).rejects.toMatchObject({ code: 'PT403' });
    expect(await list(ada.userId)).toEqual({ links: [] });
  });

  test.each([
    ['an id that is none', { linkId: 'x' }],
    ['a short commitment', { commitment: base64(31) }],
    ['no name', { deviceName: '' }],
    ['a kind that is unknown', { deviceType: 'toaster' }],
  ])('with %s is refused', async (_name, change) => {
    const ada = await addPerson(client);

    await expect(
      create(ada.userId, ada.sessionId, { ...newLink(), ...change }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^(PT400|22P02)$/) });
  });

  test('of somebody else is not there', async () => {
    const [ada, bob] = [await addPerson(client), await addPerson(client)];
    const { linkId } = await create(ada.userId, ada.sessionId);

    await expect(get(bob.userId, bob.sessionId, linkId)).rejects.toMatchObject({ code: 'PT404' });
    expect(await end(bob.userId, bob.sessionId, linkId)).toEqual({ ended: false });
    expect(await end(bob.userId, bob.sessionId, randomUUID())).toEqual({ ended: false });
    expect((await list(bob.userId)).links).toEqual([]);
    expect((await list(ada.userId)).links).toHaveLength(1);
  });
});
