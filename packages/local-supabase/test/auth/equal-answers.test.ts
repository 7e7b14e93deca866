import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { createPasswordHasher } from '../../src/auth/index.ts';
import { createTestDatabase } from '../../src/testing/index.ts';
import type { TestDatabase } from '../../src/testing/index.ts';
import { password, someEmail } from './auth-stack.ts';
import { someSigningKey, startDirectService } from './direct-service.ts';
import type { DirectService } from './direct-service.ts';

let database: TestDatabase;
let auth: DirectService;
const calls = { hash: 0, verify: 0 };
let afterVerify = async (): Promise<void> => undefined;

beforeAll(async () => {
  database = await createTestDatabase({ migrations: false });
  const real = createPasswordHasher(2);
  auth = await startDirectService(database, {
    signingKeys: [someSigningKey('one')],
    passwordHasher: {
      hash(text) {
        calls.hash += 1;
        return real.hash(text);
      },
      async verify(encoded, text) {
        calls.verify += 1;
        const fits = await real.verify(encoded, text);
        await afterVerify();
        return fits;
      },
    },
  });
});
afterAll(async () => {
  await auth.stop();
  await database.drop();
});

describe('an address that has no account', () => {
  it('costs a password check like one that has', async () => {
    const email = someEmail();
    await auth.post('/signup', { email, password });
    const countChecks = async (body: object) => {
      calls.verify = 0;
      const { status } = await auth.post('/token?grant_type=password', body);
      return [status, calls.verify];
    };

    expect(await countChecks({ email, password: 'wrong horse' })).toEqual([400, 1]);
    expect(await countChecks({ email: someEmail(), password })).toEqual([400, 1]);
    expect(await countChecks({ email: 'no address', password })).toEqual([400, 1]);
    expect(await countChecks({ email, password })).toEqual([200, 1]);
  });

  it('costs a hash at sign-up like one that has', async () => {
    const email = someEmail();
    const countHashes = async () => {
      calls.hash = 0;
      const { status } = await auth.post('/signup', { email, password });
      return [status, calls.hash];
    };

    expect(await countHashes()).toEqual([200, 1]);
    expect(await countHashes()).toEqual([422, 1]);
  });
});

describe('a password that is changed while it is being checked', () => {
  it('does not sign in any more', async () => {
    const email = someEmail();
    await auth.post('/signup', { email, password });
    const client = new pg.Client(database.adminUrl);
    await client.connect();
    afterVerify = async () => {
      await client.query(`update auth.users set encrypted_password = 'x' where email = $1`, [
        email,
      ]);
    };

    const { status } = await auth.post('/token?grant_type=password', { email, password });
    afterVerify = async () => undefined;
    await client.end();

    expect(status).toBe(400);
  });
});
