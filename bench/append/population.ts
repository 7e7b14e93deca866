import { randomBytes, randomUUID } from 'node:crypto';
import type { ChatId, ClientId, DeviceId, UserId } from '@sotto/protocol';
import type { AppendRequest } from '@sotto/relay/parts';
import pg from 'pg';

const people = 24;
const ciphertextBytes = 256;

/** Chats with members and devices, so that every check of the append path has something to find. */
export async function populate(adminUrl: string): Promise<() => AppendRequest> {
  const client = new pg.Client(adminUrl);
  await client.connect();
  const members = Array.from({ length: people }, () => ({
    userId: randomUUID() as UserId,
    deviceId: randomUUID() as DeviceId,
  }));
  for (const [index, { userId, deviceId }] of members.entries()) {
    await client.query('insert into auth.users (id, aud, role) values ($1, $2, $2)', [
      userId,
      'authenticated',
    ]);
    await client.query(
      `insert into public.profiles (user_id, handle, display_name, avatar_color, account_key)
       values ($1, $2, $2, 0, $3)`,
      [userId, `person${index}`, randomBytes(33)],
    );
    await client.query(
      `insert into public.devices
         (id, user_id, number, name, name_hash, device_type, identity_key, public_key)
       values ($1, $2, 1, 'bench', $3, 'web', $4, $5)`,
      [deviceId, userId, randomBytes(32), randomBytes(33), randomBytes(32)],
    );
  }
  const chats: { chatId: ChatId; sender: (typeof members)[number] }[] = [];
  for (const [index, sender] of members.entries()) {
    for (const partner of members.slice(index + 1)) {
      const chatId = randomUUID() as ChatId;
      const key = [sender.userId, partner.userId].toSorted().join(':');
      await client.query(
        `insert into public.chats (id, kind, direct_key) values ($1, 'direct', $2)`,
        [chatId, key],
      );
      await client.query(
        'insert into public.chat_members (chat_id, user_id) values ($1, $2), ($1, $3)',
        [chatId, sender.userId, partner.userId],
      );
      chats.push({ chatId, sender });
    }
  }
  await client.query('analyze');
  await client.end();

  const ciphertext = randomBytes(ciphertextBytes);
  let next = 0;
  return () => {
    const chat = chats[next++ % chats.length];
    if (!chat) throw new RangeError('no chats');
    const { userId: senderId, deviceId } = chat.sender;
    const clientId = randomUUID() as ClientId;
    return { chatId: chat.chatId, senderId, deviceId, clientId, ciphertext };
  };
}
