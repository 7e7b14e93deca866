import { createVault, systemRandom, toBase64Url } from '@sotto/crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SessionState, SottoEngine } from '../src/index.ts';
import { makePerson, signUpFully, until } from '../src/testing/index.ts';
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';
import type { WireTap } from './support/wire-tap.ts';

interface Vault {
  version: number;
  kdf: { algorithm: string; iterations: unknown; salt: unknown };
  passwordWrap: string;
  recoveryWrap: string;
  body: string;
}
interface Account {
  vault: Vault;
}

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

const untilPhase = (client: SottoEngine, phase: SessionState['phase']) =>
  until(client.session, (state) => state.phase === phase);

/** Has the relay hand out another vault from here on. */
function editVault(tap: WireTap, edit: (account: Account) => Vault): void {
  tap.onAnswer = (route, answer) =>
    route === 'GET /api/account'
      ? { ...(answer as object), vault: edit(answer as Account) }
      : answer;
}

/** Whether this is an answer about the own account. */
const isAccount = (text: unknown): boolean =>
  typeof text === 'string' && text.includes('"passwordWrap"');

interface Facing {
  ann: TestPerson;
  a: TestClient;
  /** Signed out, behind a relay that can be made to lie. */
  b: TestClient;
  tap: WireTap;
  recoveryKey: string;
}

async function facing(): Promise<Facing> {
  const ann = makePerson('ann');
  const a = world.client();
  const recoveryKey = await signUpFully(a.client, ann);
  const { transport, tap } = createTappedTransport();
  const b = world.client({ transport });
  await untilPhase(b.client, 'signedOut');
  return { ann, a, b, tap, recoveryKey };
}

describe('a relay that asks for weaker parameters', () => {
  it.each([1, 1000, 599_999, 0, -1, '1e3', 2 ** 31, undefined])(
    'cannot have a device that is online take over %s iterations',
    async (iterations) => {
      const { ann, b, tap } = await facing();
      await b.client.signIn({ email: ann.email, password: ann.password });
      await b.client.unlock({ chatPassword: ann.chatPassword });
      await until(b.client.connection, ({ status }) => status === 'online');

      editVault(tap, ({ vault }) => ({
        ...vault,
        version: vault.version + 1,
        kdf: { ...vault.kdf, iterations },
      }));
      const before = tap.received.length;
      await b.client.setOnline({ online: false });
      await b.client.setOnline({ online: true });
      const offered = () => tap.received.slice(before).some((text) => isAccount(text));
      await vi.waitFor(() => expect(offered()).toBe(true), { timeout: 10_000 });
      // Time to take it over, were it taken over.
      await new Promise((resolve) => setTimeout(resolve, 200));
      await b.client.lock();

      await b.client.unlock({ chatPassword: ann.chatPassword });
      expect(b.client.session.getSnapshot().phase).toBe('ready');
      await world.close(b);
    },
  );
});

describe('a relay that offers a vault of its own', () => {
  /** As the relay could make one: it knows the account's id, and chooses password and recovery key. */
  async function forge({ a }: Facing): Promise<{ recoveryKey: string; vault: Vault }> {
    const state = a.client.session.getSnapshot();
    const userId = state.phase === 'ready' ? state.profile.userId : '';
    const { recoveryKey, sealedVault } = await createVault({
      userId,
      chatPassword: relaysPassword,
    });
    const { kdf, passwordWrap, recoveryWrap, body } = sealedVault;
    const vault = {
      version: sealedVault.version,
      kdf: { ...kdf, salt: toBase64Url(kdf.salt) },
      passwordWrap: toBase64Url(passwordWrap),
      recoveryWrap: toBase64Url(recoveryWrap),
      body: toBase64Url(body),
    };
    return { recoveryKey, vault };
  }
  const relaysPassword = 'chosen by the relay';
  const newChatPassword = 'talked into this one';

  it('gets nobody in with it: their password does not open it, and its own keys signed no device', async () => {
    const known = await facing();
    const { ann, b, tap } = known;
    const forged = await forge(known);
    editVault(tap, () => forged.vault);
    const registered: unknown[] = [];
    tap.onRequest = (route, body) => {
      if (route === 'POST /api/devices') registered.push(body);
    };
    await b.client.signIn({ email: ann.email, password: ann.password });

    await expect(b.client.unlock({ chatPassword: ann.chatPassword })).rejects.toMatchObject({
      code: 'wrong_chat_password',
    });
    // Even somebody who is talked into typing what the relay says.
    await expect(b.client.unlock({ chatPassword: relaysPassword })).rejects.toMatchObject({
      code: 'untrusted',
    });
    const { recoveryKey } = forged;
    await expect(b.client.recover({ recoveryKey, newChatPassword })).rejects.toMatchObject({
      code: 'untrusted',
    });
    expect(registered).toEqual([]);
  });

  it('cannot put its recovery wrap beside the rest of the vault', async () => {
    const known = await facing();
    const { ann, b, tap, recoveryKey } = known;
    const forged = await forge(known);
    const { recoveryWrap } = forged.vault;
    editVault(tap, ({ vault }) => ({ ...vault, recoveryWrap }));
    await b.client.signIn({ email: ann.email, password: ann.password });

    for (const key of [forged.recoveryKey, recoveryKey]) {
      await expect(b.client.recover({ recoveryKey: key, newChatPassword })).rejects.toMatchObject({
        code: 'wrong_recovery_key',
      });
    }
    // Body and wraps belong together: half a vault opens for nobody.
    await expect(b.client.unlock({ chatPassword: ann.chatPassword })).rejects.toMatchObject({
      code: 'wrong_chat_password',
    });
  });
});

describe('a relay that sets the vault back', () => {
  it('is refused by a device that has seen a newer one, also after a restart', async () => {
    const { ann, b, tap } = await facing();
    await b.client.signIn({ email: ann.email, password: ann.password });
    await b.client.unlock({ chatPassword: ann.chatPassword });
    await until(b.client.connection, ({ status }) => status === 'online');
    let old: Vault | null = null;
    editVault(tap, ({ vault }) => (old ??= vault));
    await b.client.setOnline({ online: false });
    await b.client.setOnline({ online: true });
    await vi.waitFor(() => expect(old).not.toBeNull(), { timeout: 10_000 });
    delete tap.onAnswer;
    const next = 'changed since, and never back';
    await b.client.changeChatPassword({ current: ann.chatPassword, next });
    await b.client.signOut({ scope: 'local' });
    await world.close(b);
    const back = createTappedTransport();
    const again = world.client({ disk: b.disk, transport: back.transport });
    await untilPhase(again.client, 'signedOut');
    editVault(back.tap, ({ vault }) => old ?? vault);

    await again.client.signIn({ email: ann.email, password: ann.password });
    for (const chatPassword of [ann.chatPassword, next]) {
      await expect(again.client.unlock({ chatPassword })).rejects.toMatchObject({
        code: 'rollback',
      });
    }
    await again.client.signOut({ scope: 'local' });
    delete back.tap.onAnswer;
    await again.client.signIn({ email: ann.email, password: ann.password });
    await again.client.unlock({ chatPassword: next });

    expect(again.client.session.getSnapshot().phase).toBe('ready');
  });
});

describe('renewing the recovery key', () => {
  it('publishes nothing that was sealed under an overwritten key when it is locked on the way', async () => {
    const ann = makePerson('ann');
    const { transport, tap } = createTappedTransport();
    let armed = false;
    let lockedAtWrap = false;
    const a = world.client({
      transport,
      random: (length) => {
        // The nonce of the new wrap: it and the body after it would be sealed over and under zeros.
        if (armed && new Error('drawn').stack?.includes('wrapWith')) {
          lockedAtWrap = true;
          void a.client.lock();
        }
        return systemRandom(length);
      },
    });
    const published: string[] = [];
    tap.onRequest = (route, body) => {
      if (route.startsWith('PUT /api/account/')) published.push(body ?? '');
    };
    await signUpFully(a.client, ann);
    // Profile, vault, and the vault with the first manifest in it.
    await vi.waitFor(() => expect(published).toHaveLength(3), { timeout: 10_000 });
    const { recoveryKey } = await a.client.renewRecoveryKey({ chatPassword: ann.chatPassword });
    published.length = 0;
    armed = true;

    await expect(
      a.client.confirmNewRecoveryKey({
        groups: recoveryKey.split('-').map((text, index) => ({ index, text })),
      }),
    ).rejects.toMatchObject({ code: 'locked' });

    expect(lockedAtWrap).toBe(true);
    expect(published).toEqual([]);
  });
});
