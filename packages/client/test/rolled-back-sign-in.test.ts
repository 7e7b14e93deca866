import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { until } from '../src/testing/index.ts';
import { comeBack, meetForRemoval } from './support/removal.ts';
import { deviceIdOf } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

interface Account {
  devices: { deviceId: string }[];
}

it('a relay that says a device was removed, and shows the account of before the last removal, gets no signature and hurts no pin', async () => {
  const removal = await meetForRemoval(world);
  const { ann, a, otherId, chatId, tap } = removal;
  await until(a.client.chat(chatId), ({ trust }) => trust === 'checked');
  const before: Account[] = [];
  tap.onAnswer = (route, answer) => {
    if (route === 'GET /api/account') before.push(answer as Account);
    return answer;
  };
  await comeBack(a);
  await vi.waitFor(() => expect(before).not.toEqual([]), { timeout: 10_000 });
  delete tap.onAnswer;
  await a.client.removeDevice({ deviceId: otherId });
  const mine = await deviceIdOf(a);
  tap.onAnswer = (route, answer) => {
    if (route !== 'GET /api/account') return answer;
    const account = answer as Account;
    const lie = { isActive: false, revokedAtMs: Date.now() };
    const devices = account.devices.map((one) =>
      one.deviceId === mine ? { ...one, ...lie } : one,
    );
    return { ...account, devices };
  };
  await comeBack(a).catch(() => undefined);
  await until(a.client.session, ({ phase }) => phase === 'signedOut');

  tap.onAnswer = (route, answer) => (route === 'GET /api/account' ? before[0] : answer);
  await a.client.signIn({ email: ann.email, password: ann.password });
  const signed: string[] = [];
  tap.onRequest = (route) => {
    if (route === 'POST /api/devices') signed.push(route);
  };
  await expect(a.client.unlock({ chatPassword: ann.chatPassword })).rejects.toMatchObject({
    code: 'rollback',
  });
  expect(signed).toEqual([]);

  delete tap.onAnswer;
  delete tap.onRequest;
  await a.client.signOut({ scope: 'local' });
  await a.client.signIn({ email: ann.email, password: ann.password });
  await a.client.unlock({ chatPassword: ann.chatPassword });
  const chat = await until(a.client.chat(chatId), ({ trust }) => trust === 'checked');
  expect(chat.trust).toBe('checked');
});
