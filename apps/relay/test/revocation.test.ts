import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDevice, ask, createPerson } from './support/person.ts';
import type { TestDevice } from './support/person.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { connect, next } from './support/test-socket.ts';

let test: TestRelay;

// Sockets are looked at one by one once a minute, as in production: that is not what these wait for.
beforeAll(async () => {
  test = await startTestRelay();
});
afterAll(() => test?.stop());

async function revoke(device: TestDevice): Promise<void> {
  const client = new pg.Client(test.stack.adminUrl);
  await client.connect();
  await client.query(
    'update public.devices set is_active = false, revoked_at = now() where id = $1',
    [device.deviceId],
  );
  await client.end();
}

describe('A device that is revoked', () => {
  it('is cut off within five seconds on every relay, the other devices are not', async () => {
    const { person, device } = await createPerson(test);
    const phone = await addDevice(test, person);
    const relays = [test.relay, await test.another()];
    const sockets = await Promise.all(relays.map((relay) => connect(relay, phone)));
    const laptop = await connect(test.relay, device);
    const closed = sockets.map((socket) => next(socket, 'disconnect', 5000));
    const told = sockets.map((socket) => next(socket, 'device:revoked', 5000));

    await revoke(phone);

    expect(await Promise.all(told)).toEqual(sockets.map(() => ({ deviceId: phone.deviceId })));
    await Promise.all(closed);
    expect(laptop.connected).toBe(true);
    laptop.disconnect();
  });

  it('finds its session refused on routes that need no device', async () => {
    const { person } = await createPerson(test);
    const phone = await addDevice(test, person);
    const { token } = phone;
    const profile = { handle: `${person.handle}x`, displayName: 'Taken', avatarColor: 1 };

    await revoke(phone);

    await expect
      .poll(async () => (await ask(test.relay, 'GET', '/api/account', { token })).status, {
        timeout: 6000,
      })
      .toBe(410);
    const change = await ask(test.relay, 'PUT', '/api/account/profile', { token, body: profile });
    expect(change.status).toBe(410);
  });
});
