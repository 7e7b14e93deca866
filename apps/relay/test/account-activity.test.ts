import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, authenticate, createPerson, expectOk, sessionProofOf } from './support/person.ts';
import type { TestDevice } from './support/person.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { vaultOf } from './support/vaults.ts';

let test: TestRelay;
let client: pg.Client;

beforeAll(async () => {
  test = await startTestRelay();
  client = new pg.Client(test.stack.adminUrl);
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await test?.stop();
});

interface Event {
  id: number;
  atMs: number;
  action: string;
  deviceId: string | null;
  detail: Record<string, unknown>;
}

async function activityOf(device: TestDevice): Promise<Event[]> {
  const body = await expectOk(test.relay, 'GET', '/api/account/activity', device);
  return body['events'] as Event[];
}

describe('The activity of an account', () => {
  it('holds what was done, by whom and in order, and what the auth service saw', async () => {
    const { person, device } = await createPerson(test);
    const vault = vaultOf(1);
    await expectOk(test.relay, 'PUT', '/api/account/vault', { ...device, body: vault });
    await expectOk(test.relay, 'PUT', '/api/account/vault', { ...device, body: vault });
    const changed = { ...vaultOf(2), recoveryWrap: vault.recoveryWrap };
    await expectOk(test.relay, 'PUT', '/api/account/vault', { ...device, body: changed });
    const session = await authenticate(test, 'token?grant_type=password', person);
    const proof = await sessionProofOf(
      device.identity,
      person.userId,
      device.deviceId,
      session.sessionId,
    );
    for (let time = 0; time < 2; time += 1) {
      await expectOk(test.relay, 'POST', `/api/devices/${device.deviceId}/session`, {
        token: session.token,
        body: { sessionProof: Buffer.from(proof).toString('base64url') },
      });
    }
    const now = { ...device, ...session };
    await ask({ url: test.stack.url }, 'PUT', '/auth/v1/user', {
      token: now.token,
      body: { password: randomBytes(9).toString('base64url') },
      headers: { apikey: test.stack.publishableKey },
    });

    const events = await activityOf(now);

    expect(events.map(({ action }) => action).reverse()).toEqual([
      'account_created',
      'device_registered',
      'vault_created',
      'vault_changed',
      'signed_in',
      'session_bound',
      'password_changed',
    ]);
    const byAction = Object.fromEntries(events.map((event) => [event.action, event]));
    expect(byAction['vault_changed']).toMatchObject({
      deviceId: device.deviceId,
      detail: { version: 2, passwordWrap: true, recoveryWrap: false },
    });
    expect(byAction['signed_in']).toMatchObject({ deviceId: null, detail: {} });
    expect(Math.abs(Date.now() - Number(events[0]?.atMs))).toBeLessThan(60_000);
  });

  it('comes in pages of fifty, newest first, without gap or repeat', async () => {
    const { device } = await createPerson(test);
    await client.query(
      `insert into private.audit_events (user_id, action, detail)
       select $1, 'device_renamed', jsonb_build_object('n', n, 'nested', '{}'::jsonb)
       from generate_series(1, 118) n`,
      [device.userId],
    );
    await client.query(
      `insert into private.audit_events (user_id, action) values ($1, 'chat.create')`,
      [device.userId],
    );

    const pages: Event[][] = [];
    let before: number | undefined;
    for (;;) {
      const query: string = before === undefined ? '' : `?before=${before}`;
      const body = await expectOk(test.relay, 'GET', `/api/account/activity${query}`, device);
      pages.push(body['events'] as Event[]);
      before = pages.at(-1)?.at(-1)?.id;
      if (body['hasMore'] !== true) break;
    }

    expect(pages.map(({ length }) => length)).toEqual([50, 50, 20]);
    const ids = pages.flat().map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
    expect(pages[0]?.[0]?.detail).toEqual({ n: 118 });
  });

  it('is the own account’s alone', async () => {
    const { device } = await createPerson(test);
    const { device: stranger } = await createPerson(test);
    await expectOk(test.relay, 'PUT', '/api/account/vault', { ...device, body: vaultOf(1) });

    const actions = (await activityOf(stranger)).map(({ action }) => action);

    expect(actions).toEqual(['device_registered', 'account_created']);
    for (const before of ['-1', 'x', '1e400', '1.5']) {
      const answer = await ask(test.relay, 'GET', `/api/account/activity?before=${before}`, device);
      expect(answer.status).toBe(400);
    }
  });
});
