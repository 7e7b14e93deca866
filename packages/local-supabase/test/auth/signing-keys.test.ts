import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../src/testing/index.ts';
import type { TestDatabase } from '../../src/testing/index.ts';
import { password, someEmail } from './auth-stack.ts';
import { someSigningKey, startDirectService } from './direct-service.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ migrations: false });
});
afterAll(() => database.drop());

const old = someSigningKey('old');
const fresh = someSigningKey('fresh');

describe('changing the signing key', () => {
  it('keeps sessions, and tokens and codes of a key that is still listed', async () => {
    const email = someEmail();
    const codes: string[] = [];
    const before = await startDirectService(database, {
      signingKeys: [old, fresh],
      onOperatorMessage: ({ code }) => void codes.push(code),
    });
    const session = await tokensOf(await before.post('/signup', { email, password }));
    await before.post('/recover', { email });
    await before.stop();

    const after = await startDirectService(database, { signingKeys: [fresh, old] });
    const still = await after.get('/user', session.access_token);
    const refreshed = await after.post('/token?grant_type=refresh_token', {
      refresh_token: session.refresh_token,
    });
    const code = await after.post('/verify', { type: 'recovery', email, token: codes[0] });
    const next = await tokensOf(refreshed);
    await after.stop();

    const without = await startDirectService(database, { signingKeys: [fresh] });
    const gone = await without.get('/user', session.access_token);
    const current = await without.get('/user', next.access_token);
    await without.stop();

    expect([still.status, refreshed.status, code.status]).toEqual([200, 200, 200]);
    expect(kidOf(session.access_token)).toBe('old');
    expect(kidOf(next.access_token)).toBe('fresh');
    expect([gone.status, current.status]).toEqual([403, 200]);
  });

  it('publishes every listed key, the first first', async () => {
    const { service, stop } = await startDirectService(database, { signingKeys: [fresh, old] });

    expect(service.jwks().keys.map(({ kid }) => kid)).toEqual(['fresh', 'old']);
    expect(JSON.stringify(service.jwks())).not.toContain(fresh.d);
    await stop();
  });

  it.each([
    ['no key', [], 'Too small'],
    ['two keys of one name', [old, { ...fresh, kid: 'old' }], 'distinct kids'],
    ['a key without its private part', [{ ...old, d: '' }], 'invalid_format'],
    ['a key that is not on the curve', [{ ...old, y: 'A'.repeat(43) }], 'on its curve'],
  ])('refuses %s at start', async (_title, signingKeys, reason) => {
    await expect(startDirectService(database, { signingKeys })).rejects.toThrow(reason);
  });
});

async function tokensOf(
  response: Response,
): Promise<{ access_token: string; refresh_token: string }> {
  return (await response.json()) as { access_token: string; refresh_token: string };
}

function kidOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
}
