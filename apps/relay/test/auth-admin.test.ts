import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthAdmin } from '../src/db/auth-admin.ts';
import { authenticate, createPerson } from './support/person.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';

let test: TestRelay;

beforeAll(async () => {
  test = await startTestRelay();
});
afterAll(() => test?.stop());

describe('A sign-in', () => {
  it('is deleted with the secret key, and deleting it again is the same', async () => {
    const { person } = await createPerson(test);
    const admin = new AuthAdmin(test.stack);

    await admin.deleteUser(person.userId);
    await admin.deleteUser(person.userId);

    await expect(authenticate(test, 'token?grant_type=password', person)).rejects.toThrow(
      'invalid_credentials',
    );
  });

  it('is not deleted with another key, or while the service is away', async () => {
    const { person, device } = await createPerson(test);
    const { url, publishableKey } = test.stack;
    const wrong = [
      { secretKey: publishableKey, code: 'internal' },
      { secretKey: `sb_secret_${'x'.repeat(22)}_12345678`, code: 'internal' },
      { secretKey: device.token, code: 'internal' },
    ];

    for (const { secretKey, code } of wrong) {
      const admin = new AuthAdmin({ url, secretKey });
      await expect(admin.deleteUser(person.userId)).rejects.toMatchObject({ code });
    }
    const away = new AuthAdmin({ url: 'http://127.0.0.1:1', secretKey: test.stack.secretKey });
    await expect(away.deleteUser(person.userId)).rejects.toMatchObject({ code: 'unavailable' });
    expect((await authenticate(test, 'token?grant_type=password', person)).userId).toBe(
      person.userId,
    );
  });
});
