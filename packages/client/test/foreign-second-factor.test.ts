/** Somebody knows the login password, has no device, and sets up a second factor at the auth service. */
import { parseTotpSecret, totpCode, totpStep } from '@sotto/crypto/second-factor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { SessionState, SottoEngine } from '../src/index.ts';
import { makePerson, signUpFully, until } from '../src/testing/index.ts';
import type { TestPerson } from '../src/testing/index.ts';
import { queryRows } from './support/query-rows.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

const untilPhase = (client: SottoEngine, phase: SessionState['phase']) =>
  until(client.session, (state) => state.phase === phase);

/** Asks the auth service directly. */
async function askAuth(method: string, path: string, options: { token?: string; body?: object }) {
  const { url, publishableKey, secretKey } = world.stack;
  const { token, body = {} } = options;
  const isOperator = path.startsWith('admin/');
  const response = await fetch(`${url}/auth/v1/${path}`, {
    method,
    headers: {
      apikey: isOperator ? secretKey : publishableKey,
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as unknown;
}

const tokenSchema = z.object({ access_token: z.string(), user: z.object({ id: z.string() }) });
const enrolledSchema = z.object({ id: z.string(), totp: z.object({ secret: z.string() }) });
const challengeSchema = z.object({ id: z.string() });

/** Answers how the operator takes it away again. */
async function setUpByStranger({ email, password }: TestPerson): Promise<() => Promise<unknown>> {
  const signIn = { body: { email, password } };
  const session = tokenSchema.parse(await askAuth('POST', 'token?grant_type=password', signIn));
  const token = session.access_token;
  const enrol = { token, body: { factor_type: 'totp', friendly_name: 'not hers' } };
  const { id, totp } = enrolledSchema.parse(await askAuth('POST', 'factors', enrol));
  const asked = await askAuth('POST', `factors/${id}/challenge`, { token });
  const challenge = challengeSchema.parse(asked);
  const code = totpCode(parseTotpSecret(totp.secret), totpStep(Date.now()));
  const body = { challenge_id: challenge.id, code };
  await askAuth('POST', `factors/${id}/verify`, { token, body });
  return () => askAuth('DELETE', `admin/users/${session.user.id}/factors/${id}`, {});
}

it('keeps nobody out, is shown as what it is, and stands in the way until the operator removes it', async () => {
  const ann = makePerson('ann');
  const a = world.client();
  const recoveryKey = await signUpFully(a.client, ann);
  const watching = a.client.ownAccount.subscribe(() => undefined);
  const { email, password, chatPassword } = ann;

  const removeByOperator = await setUpByStranger(ann);

  expect(await untilPhase(a.client, 'signedOut')).toMatchObject({ notice: 'session_ended' });
  await a.client.signIn({ email, password });
  expect(a.client.session.getSnapshot().phase).toBe('locked');
  await a.client.unlock({ chatPassword });
  await until(a.client.connection, ({ status }) => status === 'online');
  expect(a.client.ownAccount.getSnapshot()).toEqual({ status: 'ready', secondFactor: 'foreign' });
  await expect(a.client.startSecondFactor()).rejects.toMatchObject({ code: 'conflict' });
  await expect(a.client.stopSecondFactor({ recoveryKey })).rejects.toMatchObject({
    code: 'forbidden',
  });
  const change = { current: password, next: 'Another-login-password-9' };
  await expect(a.client.changeLoginPassword(change)).rejects.toMatchObject({ code: 'forbidden' });

  await removeByOperator();
  watching();
  const again = a.client.ownAccount.subscribe(() => undefined);
  await until(a.client.ownAccount, ({ secondFactor }) => secondFactor === 'off');
  await a.client.changeLoginPassword(change);
  const { secret } = await a.client.startSecondFactor();
  const code = totpCode(parseTotpSecret(secret), totpStep(Date.now()));
  await a.client.confirmSecondFactor({ code, recoveryKey });
  await a.client.signOut({ scope: 'local' });
  await a.client.signIn({ email, password: change.next });
  expect(a.client.session.getSnapshot().phase).toBe('secondFactor');
  again();
});

it('counts no more after a set-up that was begun and given up, nor after a restart', async () => {
  const ann = makePerson('ann');
  const a = world.client();
  const recoveryKey = await signUpFully(a.client, ann);
  await a.client.startSecondFactor();
  await expect(a.client.confirmSecondFactor({ code: '000000', recoveryKey })).rejects.toMatchObject(
    { code: 'wrong_code' },
  );
  const { email, password, chatPassword } = ann;
  await setUpByStranger(ann);
  await untilPhase(a.client, 'signedOut');
  await a.client.signIn({ email, password });
  await a.client.unlock({ chatPassword });

  await world.close(a);
  const cold = world.client({ disk: a.disk });
  await untilPhase(cold.client, 'locked');
  await cold.client.unlock({ chatPassword });

  await until(cold.client.connection, ({ status }) => status === 'online');
  expect(cold.client.ownAccount.getSnapshot()).toMatchObject({ secondFactor: 'foreign' });
  await cold.client.deleteAccount({ password });
  const sql = 'select 1 from auth.users where email = $1';
  expect(await queryRows(world, sql, [email])).toEqual([]);
});
