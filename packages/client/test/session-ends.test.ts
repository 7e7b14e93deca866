import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionState, SottoEngine } from '../src/index.ts';
import { makePerson, signUpFully, startChatWith, until, untilTexts } from '../src/testing/index.ts';
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { bytesOfDisk } from './support/disk-bytes.ts';
import { queryRows } from './support/query-rows.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';

/** What the relay promises for any session that ended. */
const atMostMs = 60_000;

let world: TestWorld;
let aheadMs = 0;

beforeAll(async () => {
  world = await startTestWorld({
    authClock: () => Date.now() + aheadMs,
    refreshReuseIntervalSeconds: 0,
  });
});
afterAll(() => world?.stop());

const untilPhase = (client: SottoEngine, phase: SessionState['phase'], timeoutMs = 15_000) =>
  until(client.session, (state) => state.phase === phase, timeoutMs);

async function signInOn(test: TestClient, person: TestPerson): Promise<void> {
  await untilPhase(test.client, 'signedOut');
  await test.client.signIn({ email: person.email, password: person.password });
  await test.client.unlock({ chatPassword: person.chatPassword });
  await until(test.client.connection, ({ status }) => status === 'online');
}

interface Together {
  ann: TestPerson;
  a: TestClient;
  b: TestClient;
}

/** Two devices of one person, both online, with a message that both have on disk. */
async function twoDevices(): Promise<Together> {
  const [ann, ben] = [makePerson('ann'), makePerson('ben')];
  const [a, b, other] = [world.client(), world.client(), world.client()];
  await Promise.all([signUpFully(a.client, ann), signUpFully(other.client, ben)]);
  await signInOn(b, ann);
  const chatId = await startChatWith(a.client, ben.handle);
  await until(a.client.chat(chatId), ({ canSend }) => canSend);
  await a.client.sendText({ chatId, text: 'the heron flies at midnight' });
  await untilTexts(b.client, chatId, ['the heron flies at midnight']);
  return { ann, a, b };
}

function expectClosed({ ann, b }: Together): void {
  expect(b.client.session.getSnapshot()).toEqual({ phase: 'signedOut', notice: 'session_ended' });
  expect(b.client.connection.getSnapshot().status).toBe('offline');
  expect(b.client.chats.getSnapshot().chats).toEqual([]);
  const bytes = bytesOfDisk(b.disk);
  expect(bytes.length).toBeGreaterThan(1000);
  for (const plain of ['heron', ann.email, ann.chatPassword, ann.password, ann.handle]) {
    expect(bytes.includes(plain)).toBe(false);
  }
  // Without the vault's copy, what lies here needs the relay's: a login as well as the chat password.
  expect(bytes.includes('"vault":null')).toBe(true);
}

describe('a session that ends elsewhere', () => {
  it(
    'by signing out everywhere closes the socket and leaves ciphertext',
    { timeout: 90_000 },
    async () => {
      const together = await twoDevices();

      await together.a.client.signOut({ scope: 'global' });

      const ended = await untilPhase(together.b.client, 'signedOut', atMostMs);
      expect(ended).toMatchObject({ notice: 'session_ended' });
      expectClosed(together);
    },
  );

  it(
    'by a changed login password, which the device that changed it survives',
    { timeout: 90_000 },
    async () => {
      const together = await twoDevices();
      const { ann, a, b } = together;
      const next = 'Another-login-password-9';

      await a.client.changeLoginPassword({ current: ann.password, next });

      await untilPhase(b.client, 'signedOut', atMostMs);
      expectClosed(together);
      expect(a.client.session.getSnapshot().phase).toBe('ready');
      await b.client.signIn({ email: ann.email, password: next });
      await b.client.unlock({ chatPassword: ann.chatPassword });
      await until(b.client.connection, ({ status }) => status === 'online');
    },
  );

  it(
    'by a refresh token that was stolen and used, for the thief as well',
    { timeout: 90_000 },
    async () => {
      const [ann, { transport, tap }] = [makePerson('ann'), createTappedTransport()];
      const a = world.client({ transport });
      await signUpFully(a.client, ann);
      const refresh = async (token: string) => {
        const response = await fetch(`${world.stack.url}/auth/v1/token?grant_type=refresh_token`, {
          method: 'POST',
          headers: { apikey: world.stack.publishableKey, 'content-type': 'application/json' },
          body: JSON.stringify({ refresh_token: token }),
        });
        return { status: response.status, body: (await response.json()) as Record<string, string> };
      };
      const answers = tap.received.filter((text) => typeof text === 'string').join('\n');
      const stolen = /"refresh_token":"([^"]+)"/.exec(answers)?.[1] ?? '';
      const first = await refresh(stolen);
      aheadMs += 60_000;
      const second = await refresh(first.body['refresh_token'] ?? '');
      expect([first.status, second.status]).toEqual([200, 200]);

      aheadMs += 60_000;
      a.clock.setWallClock(20 * 60_000);
      await a.client.setOnline({ online: false });
      await a.client.setOnline({ online: true });

      expect(await untilPhase(a.client, 'signedOut', atMostMs)).toMatchObject({
        notice: 'session_ended',
      });
      expect((await refresh(second.body['refresh_token'] ?? '')).status).toBe(400);
      const sql =
        'select 1 from auth.sessions s join auth.users u on u.id = s.user_id where email = $1';
      expect(await queryRows(world, sql, [ann.email])).toEqual([]);
    },
  );
});

describe('an access token that ends while connected', () => {
  it(
    'is replaced without the person noticing, and nothing is lost',
    { timeout: 90_000 },
    async () => {
      const [ann, ben] = [makePerson('ann'), makePerson('ben')];
      const b = world.client();
      await signUpFully(b.client, ben);
      // Tokens of 15 minutes with a few seconds left.
      const nowAheadMs = aheadMs;
      aheadMs = -14 * 60_000 - 55_000;
      const a = world.client();
      await signUpFully(a.client, ann);
      await until(a.client.connection, ({ status }) => status === 'online');
      const chatId = await startChatWith(a.client, ben.handle);
      const statuses: string[] = [];
      const stop = a.client.connection.subscribe(() => {
        statuses.push(a.client.connection.getSnapshot().status);
      });
      aheadMs = nowAheadMs;

      await until(a.client.connection, () => statuses.includes('connecting'), atMostMs + 15_000);
      await until(b.client.chat(chatId), ({ canSend }) => canSend);
      await b.client.sendText({ chatId, text: 'in between' });
      await untilTexts(a.client, chatId, ['in between']);

      expect(a.client.session.getSnapshot().phase).toBe('ready');
      expect(a.client.connection.getSnapshot().status).toBe('online');
      stop();
    },
  );
});
