import { toBase64Url } from '@sotto/crypto';
import { until } from '@sotto/client/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CanarySearch } from '../src/canary/index.ts';
import { overhear, rewrite, tellTruth } from './lies.ts';
import { startLiedToWorld } from './lied-to.ts';
import type { LiedToWorld, Someone, Victim } from './lied-to.ts';
import { heardBy, assertUnsaid } from './secrets.ts';

interface Account {
  vault: { version: number; kdf: { algorithm: string; iterations: number; salt: string } };
}

let world: LiedToWorld;
let ann: Someone;
let fresh: Victim;
beforeAll(async () => {
  world = await startLiedToWorld();
  ann = await world.person('ann');
  fresh = await world.victim();
  await until(fresh.client.session, ({ phase }) => phase === 'signedOut');
});
afterAll(() => world?.stop());
afterEach(() => {
  tellTruth(fresh.liar);
  assertUnsaid([ann], [heardBy('liar', fresh)]);
});

const signIn = () =>
  fresh.client.signIn({ email: ann.person.email, password: ann.person.password });

describe('a relay that names other versions of the protocol', () => {
  it.each([
    ['an older one', { oldest: 0, newest: 0 }, 'version_unsupported'],
    ['a newer one', { oldest: 2, newest: 9 }, 'version_unsupported'],
    ['one that is no number', { oldest: '1', newest: '1' }, 'untrusted'],
    ['none', undefined, 'untrusted'],
  ])('is told no password: %s', async (_name, protocol, code) => {
    rewrite(fresh.liar, /^GET \/config.json$/, (config: object) => ({ ...config, protocol }));
    const asked = overhear(fresh.liar, /^POST /);

    await expect(signIn()).rejects.toMatchObject({ code });

    expect(asked).toEqual([]);
    const password = { name: 'login password', value: ann.person.password };
    expect(new CanarySearch([password]).find([heardBy('liar', fresh)])).toEqual([]);
    expect(fresh.client.session.getSnapshot().phase).toBe('signedOut');
  });
});

describe('a relay that hands out a vault with weaker parameters', () => {
  it.each<[string, object]>([
    ...[1, 1000, 599_999, 0, -1, '1e3', 2 ** 31, 600_000.5, null, undefined].map(
      (iterations): [string, object] => [`${iterations} iterations`, { iterations }],
    ),
    ['an empty salt', { salt: '' }],
    ['a short salt', { salt: toBase64Url(new Uint8Array(31)) }],
    ['a long salt', { salt: toBase64Url(new Uint8Array(33)) }],
    ['no salt', { salt: undefined }],
    ['a salt that is a number', { salt: 7 }],
    ['another algorithm', { algorithm: 'PBKDF2-HMAC-SHA1' }],
    ['no algorithm by name', { algorithm: 'none' }],
    ['no algorithm', { algorithm: undefined }],
  ])('is refused before the chat password is asked for: %s', async (_name, change) => {
    rewrite(fresh.liar, /^GET \/api\/account$/, ({ vault, ...rest }: Account) => ({
      ...rest,
      vault: { ...vault, kdf: { ...vault.kdf, ...change } },
    }));

    await expect(signIn()).rejects.toMatchObject({ code: 'untrusted' });

    expect(fresh.client.session.getSnapshot().phase).toBe('signedOut');
  });
});
