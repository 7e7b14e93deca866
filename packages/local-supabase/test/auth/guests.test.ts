import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimsOf, password, someEmail, signedUp, startAuthStack } from './auth-stack.ts';
import type { AuthStack } from './auth-stack.ts';

let auth: AuthStack;
beforeAll(async () => {
  auth = await startAuthStack();
});
afterAll(() => auth.stop());

describe('a guest', () => {
  it('has a session without an address', async () => {
    const { data, error } = await auth
      .client()
      .auth.signInAnonymously({ options: { data: { name: 'Guest' } } });

    expect(error).toBeNull();
    expect(data.user).toMatchObject({
      is_anonymous: true,
      role: 'authenticated',
      email: '',
      app_metadata: {},
      user_metadata: { name: 'Guest' },
      identities: [],
    });
    expect(claimsOf(data.session?.access_token ?? '')).toMatchObject({
      is_anonymous: true,
      aal: 'aal1',
      amr: [{ method: 'anonymous' }],
    });
  });

  it('becomes a person by an address, then a password, and keeps id and session', async () => {
    const client = auth.client();
    const guest = await client.auth.signInAnonymously();
    const email = someEmail();

    const early = await client.auth.updateUser({ password });
    const converted = await client.auth.updateUser({ email });
    const secured = await client.auth.updateUser({ password });
    const refreshed = await client.auth.refreshSession();
    const back = await auth.client().auth.signInWithPassword({ email, password });

    expect(early.error).toMatchObject({ status: 422, code: 'validation_failed' });
    expect(converted.data.user).toMatchObject({
      id: guest.data.user?.id,
      email,
      is_anonymous: false,
      app_metadata: { provider: 'email', providers: ['email'] },
      identities: [{ provider: 'email' }],
    });
    expect(secured.error).toBeNull();
    expect(claimsOf(refreshed.data.session?.access_token ?? '')).toMatchObject({
      is_anonymous: false,
      email,
    });
    expect(back.data.user?.id).toBe(guest.data.user?.id);
  });

  it('becomes a person by both in one step', async () => {
    const client = auth.client();
    await client.auth.signInAnonymously();
    const email = someEmail();

    const { error } = await client.auth.updateUser({ email, password });
    const back = await auth.client().auth.signInWithPassword({ email, password });

    expect(error).toBeNull();
    expect(back.error).toBeNull();
  });

  it('cannot take somebody’s address, nor reauthenticate without one', async () => {
    const client = auth.client();
    await client.auth.signInAnonymously();
    const { email } = await signedUp(auth);

    const taken = await client.auth.updateUser({ email });
    const nonce = await client.auth.reauthenticate();

    expect(taken.error).toMatchObject({ status: 422, code: 'email_exists' });
    expect(nonce.error).toMatchObject({ status: 400, code: 'validation_failed' });
  });

  it('is refused where guests are not welcome', async () => {
    const closed = await startAuthStack({ allowAnonymous: false });
    try {
      const { error } = await closed.client().auth.signInAnonymously();

      expect(error).toMatchObject({ status: 422, code: 'anonymous_provider_disabled' });
    } finally {
      await closed.stop();
    }
  });

  it('proves the address first where addresses are confirmed', async () => {
    const confirming = await startAuthStack({ autoconfirm: false });
    try {
      const client = confirming.client();
      await client.auth.signInAnonymously();
      const email = someEmail();

      const pending = await client.auth.updateUser({ email });
      const early = await client.auth.updateUser({ email, password });
      const token = confirming.lastMessage().code;
      const proven = await client.auth.verifyOtp({ email, token, type: 'email_change' });
      const secured = await client.auth.updateUser({ password });

      expect(pending.data.user).toMatchObject({ is_anonymous: true, new_email: email });
      expect(early.error).toMatchObject({ status: 422, code: 'validation_failed' });
      expect(proven.data.user).toMatchObject({ is_anonymous: false, email });
      expect(secured.error).toBeNull();
    } finally {
      await confirming.stop();
    }
  });
});
