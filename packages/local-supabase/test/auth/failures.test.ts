import { describe, expect, it } from 'vitest';
import type { AuthLogEntry } from '../../src/auth/index.ts';
import { createTestDatabase } from '../../src/testing/index.ts';
import { password, someEmail } from './auth-stack.ts';
import { someSigningKey, startDirectService } from './direct-service.ts';

describe('without a database', () => {
  it('each request is answered with an error to retry, and neither answer nor log says what it held', async () => {
    const database = await createTestDatabase({ migrations: false });
    const log: AuthLogEntry[] = [];
    const auth = await startDirectService(database, {
      signingKeys: [someSigningKey('one')],
      log: (entry) => void log.push(entry),
    });
    const email = someEmail();
    await auth.post('/signup', { email, password });
    await database.drop();

    const answers = await Promise.all(
      Array.from({ length: 8 }, () => auth.post('/token?grant_type=password', { email, password })),
    );
    const health = await auth.get('/health');
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    await auth.stop();

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([500]));
    expect(bodies[0]).toEqual({
      code: 'unexpected_failure',
      error_code: 'unexpected_failure',
      message: 'Unexpected failure, please check server logs',
    });
    expect(health.status).toBe(500);
    expect(log.filter(({ event }) => event === 'request_failed')).toHaveLength(9);
    expect(JSON.stringify(log)).not.toContain(email);
    expect(JSON.stringify(log)).not.toContain(password);
  });
});

describe('a failing operator channel', () => {
  it('does not undo what was decided', async () => {
    const database = await createTestDatabase({ migrations: false });
    const auth = await startDirectService(database, {
      signingKeys: [someSigningKey('one')],
      onOperatorMessage: () => {
        throw new Error('terminal is gone');
      },
    });
    const email = someEmail();
    await auth.post('/signup', { email, password });

    const known = await auth.post('/recover', { email });
    const unknown = await auth.post('/recover', { email: someEmail() });
    await auth.stop();
    await database.drop();

    expect([known.status, unknown.status]).toEqual([200, 200]);
  });
});
