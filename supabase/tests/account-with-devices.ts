import type pg from 'pg';
import { addSession, addUser, base64, call, newDevice, newManifest } from './world.ts';

/** A registered device with the auth session that is bound to it. */
export type Device = ReturnType<typeof newDevice> & { sessionId: string };

/** An account, its newest manifest, and its devices. */
export interface Account {
  userId: string;
  accountKey: string;
  head: ReturnType<typeof newManifest>;
  laptop: Device;
  phone: Device;
}

/** An account with two devices, each with a session. */
export async function newAccount(client: pg.Client): Promise<Account> {
  const { userId } = await addUser(client);
  await call(client, 'relay_put_profile', {
    p_user: userId,
    p_handle: `p${userId.slice(0, 8)}`,
    p_display_name: 'A Person',
    p_avatar_color: 0,
  });
  const accountKey = base64(33);
  const first = newManifest(1, accountKey);
  const head = newManifest(2, accountKey, first.hash);
  const register = async (number: number, manifest: object) => {
    const device = { ...newDevice(number), sessionId: await addSession(client, userId) };
    await call(client, 'relay_register_device', {
      p_user: userId,
      p_session: device.sessionId,
      p_device: device,
      p_manifest: manifest,
    });
    return device;
  };
  return {
    userId,
    accountKey,
    head,
    laptop: await register(1, first),
    phone: await register(2, head),
  };
}
