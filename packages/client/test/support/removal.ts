import { parseDeviceManifest, toHex } from '@sotto/crypto';
import type { DeviceManifest } from '@sotto/crypto';
import type { ChatId, DeviceId, UserId } from '@sotto/protocol';
import pg from 'pg';
import { expect, vi } from 'vitest';
import type { ContactState } from '../../src/index.ts';
import {
  makePerson,
  signUpFully,
  startChatWith,
  until,
  untilTexts,
} from '../../src/testing/index.ts';
import type { TestClient, TestPerson } from '../../src/testing/index.ts';
import { addDevice, deviceIdOf, query } from './several-devices.ts';
import type { TestWorld } from './test-world.ts';
import { createTappedTransport } from './wire-tap.ts';
import type { WireTap } from './wire-tap.ts';

/** Ann on two devices, Ben on one, who have checked each other, and a chat that all three can read. */
export interface Removal {
  ann: TestPerson;
  ben: TestPerson;
  a: TestClient;
  b: TestClient;
  /** The device that is to be removed. */
  other: TestClient;
  annId: UserId;
  benId: UserId;
  otherId: DeviceId;
  chatId: ChatId;
  /** Between Ann's first device and the relay. */
  tap: WireTap;
  /** Between Ben and the relay. */
  bTap: WireTap;
}

export async function meetForRemoval(world: TestWorld): Promise<Removal> {
  const [ann, ben] = [makePerson('ann'), makePerson('ben')];
  const [annsWire, bensWire] = [createTappedTransport(), createTappedTransport()];
  const a = world.client({ transport: annsWire.transport });
  const b = world.client({ transport: bensWire.transport });
  await Promise.all([signUpFully(a.client, ann), signUpFully(b.client, ben)]);
  const chatId = await startChatWith(a.client, ben.handle);
  const other = await addDevice(world, ann, { deviceName: 'the other one' });
  await a.client.sendText({ chatId, text: 'before' });
  for (const { client } of [a, b, other]) await untilTexts(client, chatId, ['before']);
  const [annId, benId] = [ownId(a), ownId(b)];
  const [ofBen, ofAnn] = await Promise.all([contactOf(a, benId), contactOf(b, annId)]);
  await a.client.scanSafetyCode({ userId: benId, scanned: ofAnn.qr ?? '' });
  await b.client.scanSafetyCode({ userId: annId, scanned: ofBen.qr ?? '' });
  const otherId = await deviceIdOf(other);
  const { tap } = annsWire;
  return { ann, ben, a, b, other, annId, benId, otherId, chatId, tap, bTap: bensWire.tap };
}

export function ownId({ client }: TestClient): UserId {
  const state = client.session.getSnapshot();
  if (state.phase !== 'ready') throw new Error(state.phase);
  return state.profile.userId;
}

/** The contact once it can be compared. */
export function contactOf({ client }: TestClient, userId: UserId): Promise<ContactState> {
  return until(
    client.contact(userId),
    ({ status, digits }) => status === 'ready' && digits !== null,
  );
}

/** The safety code that both sides show once they show the same one, and not `former`. */
export async function commonDigits(
  { a, b, annId, benId }: Pick<Removal, 'a' | 'b' | 'annId' | 'benId'>,
  former: string | null,
): Promise<ContactState> {
  const [ofAnn, ofBen] = [b.client.contact(annId), a.client.contact(benId)];
  const stops = [ofAnn, ofBen].map((store) => store.subscribe(() => undefined));
  try {
    return await vi.waitFor(
      () => {
        const shown = ofAnn.getSnapshot();
        expect(shown.digits).not.toBe(former);
        expect(shown.digits).toMatch(/^[0-9]{60}$/);
        expect(ofBen.getSnapshot().digits).toBe(shown.digits);
        return shown;
      },
      { timeout: 15_000, interval: 100 },
    );
  } finally {
    for (const stop of stops) stop();
  }
}

/** The manifests of an account, oldest first, as the database holds them. */
export async function manifestsOf(world: TestWorld, userId: UserId): Promise<DeviceManifest[]> {
  const rows = await query<{ body: Buffer }>(
    world,
    'select body from public.device_manifests where user_id = $1 order by version',
    [userId],
  );
  return rows.map(({ body }) => parseDeviceManifest(Uint8Array.from(body)));
}

/** The account keys that the manifests name, each once, in order. */
export async function accountKeysOf(world: TestWorld, userId: UserId): Promise<string[]> {
  const manifests = await manifestsOf(world, userId);
  return [...new Set(manifests.map(({ accountKey }) => toHex(accountKey)))];
}

/** As who owns the database: nothing that it enforces stands in the way. */
export async function overwrite(
  world: TestWorld,
  sql: string,
  values: readonly unknown[] = [],
): Promise<void> {
  const client = new pg.Client(world.stack.adminUrl);
  await client.connect();
  try {
    await client.query('set session_replication_role = replica');
    await client.query(sql, [...values]);
  } finally {
    await client.end();
  }
}

/** Goes away and comes back. */
export async function comeBack({ client }: TestClient): Promise<void> {
  await client.setOnline({ online: false });
  await client.setOnline({ online: true });
  await until(client.connection, ({ status }) => status === 'online');
}
