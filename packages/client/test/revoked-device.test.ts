import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makePerson, signUpFully, startChatWith, until, untilTexts } from '../src/testing/index.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

/** As another device of the account would have it done. */
async function revokeDevicesOf(handle: string): Promise<void> {
  const client = new pg.Client(world.stack.adminUrl);
  await client.connect();
  await client.query(
    `update public.devices set is_active = false, revoked_at = now()
     where user_id = (select user_id from public.profiles where handle = $1)`,
    [handle],
  );
  await client.end();
}

it('a revoked device signs itself out, keeps nothing of the account when it comes back, and starts over as a new one', async () => {
  const [ann, ben] = [makePerson('ann'), makePerson('ben')];
  const a = world.client();
  await Promise.all([signUpFully(a.client, ann), signUpFully(world.client().client, ben)]);
  const chatId = await startChatWith(a.client, ben.handle);
  await a.client.sendText({ chatId, text: 'before' });
  await until(a.client.chats, ({ chats }) => chats[0]?.lastMessage?.delivery !== 'queued');

  await revokeDevicesOf(ann.handle);
  // What the relay remembers of a device ends with the process here, and within a minute anyway.
  await world.stopRelay();
  await world.startRelay();
  a.clock.advance(31_000);
  const ended = await until(a.client.session, ({ phase }) => phase === 'signedOut');
  expect(ended).toMatchObject({ notice: 'device_revoked' });

  await a.client.signIn({ email: ann.email, password: ann.password });
  expect(a.client.session.getSnapshot().phase).toBe('newDevice');
  expect([...(a.disk.get('messages')?.keys() ?? [])]).toEqual([]);
  await a.client.unlock({ chatPassword: ann.chatPassword });
  await untilTexts(a.client, chatId, ['before']);
  await a.client.sendText({ chatId, text: 'after' });
  const state = await until(a.client.chat(chatId), ({ messages }) => messages[1]?.seq === 2);

  expect(state.missing).toBe(0);
});
