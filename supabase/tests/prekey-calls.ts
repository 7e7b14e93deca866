import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { addDirectChat, addPerson, call } from './world.ts';
import type { Person } from './world.ts';

/** A device, as the functions ask for it. */
export type Device = Pick<Person, 'userId' | 'deviceId'>;

interface Stock {
  oneTime: number;
  oneTimeKem: number;
  signedPreKey: { id: number; createdAtMs: number } | null;
  lastResortKemPreKeyId: number | null;
}

export interface Claim {
  retryAfterMs?: number;
  isLow: boolean;
  claimed: {
    deviceId: string;
    registrationId: number;
    kemPreKey: { id: number };
    oneTimePreKey: { id: number } | null;
  };
}

export const putPreKeys = (client: pg.Client, device: Device, prekeys: object) =>
  call<Stock>(client, 'relay_put_prekeys', {
    p_user: device.userId,
    p_device: device.deviceId,
    p_prekeys: prekeys,
  });

export const stockOf = (client: pg.Client, device: Device) =>
  call<Stock>(client, 'relay_prekey_stock', { p_user: device.userId, p_device: device.deviceId });

export const claimPreKeys = (client: pg.Client, from: Device, target: Device) =>
  call<Claim>(client, 'relay_claim_prekeys', {
    p_user: from.userId,
    p_device: from.deviceId,
    p_owner: target.userId,
    p_target: target.deviceId,
  });

/** Two people who share a chat. */
export async function addPair(client: pg.Client): Promise<[Person, Person]> {
  const [one, two] = [await addPerson(client), await addPerson(client)];
  await addDirectChat(client, one, two);
  return [one, two];
}

/** More devices of a person, put there behind the functions' back. */
export async function addDevices(
  client: pg.Client,
  person: Person,
  count: number,
): Promise<Device[]> {
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
