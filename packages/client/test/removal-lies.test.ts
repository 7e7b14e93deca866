import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { until, untilDelivery, untilTexts } from '../src/testing/index.ts';
import { comeBack, meetForRemoval, overwrite } from './support/removal.ts';
import { addDevice, deviceIdOf, query } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

const columns = 'version, kdf_salt, password_wrap, recovery_wrap, body, device_wraps';

interface VaultRow {
  version: string;
  kdf_salt: Buffer;
  password_wrap: Buffer;
  recovery_wrap: Buffer;
  body: Buffer;
  device_wraps: Buffer | null;
}

async function readVault(userId: string): Promise<VaultRow> {
  const [row] = await query<VaultRow>(
    world,
    `select ${columns} from public.account_vaults where user_id = $1`,
    [userId],
  );
  if (!row) throw new Error('no vault');
  return row;
}

const writeVault = (userId: string, row: VaultRow) =>
  overwrite(
    world,
    `update public.account_vaults set (${columns}) = ($2, $3, $4, $5, $6, $7) where user_id = $1`,
    [
      userId,
      row.version,
      row.kdf_salt,
      row.password_wrap,
      row.recovery_wrap,
      row.body,
      row.device_wraps,
    ],
  );

describe('a relay that stores the manifest of a removal', () => {
  it('and not the vault is told of by the device that removed, which loses nothing', async () => {
    const { a, b, annId, otherId, chatId } = await meetForRemoval(world);
    const before = await readVault(annId);
    await a.client.removeDevice({ deviceId: otherId });
    const after = await readVault(annId);
    await writeVault(annId, before);

    await comeBack(a);
    await until(a.client.devices, ({ alarm }) => alarm === 'rollback');

    // Its own copy is good, and nobody else has the new keys.
    await a.client.sendText({ chatId, text: 'goes on' });
    await untilTexts(b.client, chatId, ['before', 'goes on']);
    await writeVault(annId, after);
    await comeBack(a);
    await until(a.client.devices, ({ alarm }) => alarm === null);
    expect((await readVault(annId)).version).toBe(after.version);
  });

  it('and keeps the vault from another device has that one stop, until it shows it', async () => {
    const { ann, a, b, annId, otherId, chatId } = await meetForRemoval(world);
    const { transport, tap } = createTappedTransport();
    const third = await addDevice(world, ann, { transport, deviceName: 'third' });
    await untilTexts(third.client, chatId, ['before']);
    await until(third.client.devices, ({ devices }) => devices.length === 3);
    const thirdId = await deviceIdOf(third);
    let vault: unknown;
    const sealed: string[] = [];
    tap.onAnswer = (route, answer) => {
      if (route !== 'GET /api/account') return answer;
      const account = answer as { vault: unknown };
      vault ??= account.vault;
      return { ...account, vault };
    };
    await comeBack(third);
    await vi.waitFor(() => expect(vault).toBeDefined());

    await a.client.removeDevice({ deviceId: otherId });
    await a.client.sendText({ chatId, text: 'after' });
    await untilTexts(b.client, chatId, ['before', 'after']);

    await until(third.client.devices, ({ alarm }) => alarm === 'rollback');
    tap.onRequest = (route) => {
      if (/^(POST|PUT) \/api\/(chats|account|devices)/.test(route)) sealed.push(route);
    };
    await until(third.client.chat(chatId), ({ trust }) => trust === 'doubtful');
    await expect(third.client.sendText({ chatId, text: 'x' })).rejects.toMatchObject({
      code: 'untrusted',
    });
    const refused = { code: 'rollback' };
    const firstId = await deviceIdOf(a);
    await expect(third.client.removeDevice({ deviceId: firstId })).rejects.toMatchObject(refused);
    const renaming = third.client.renameDevice({ deviceId: thirdId, name: 'x' });
    await expect(renaming).rejects.toMatchObject(refused);
    await expect(third.client.startChat({ userId: annId })).rejects.toMatchObject(refused);
    await comeBack(third);
    await until(third.client.chat(chatId), ({ trust }) => trust === 'doubtful');
    expect(sealed.filter((route) => !route.includes('prekeys'))).toEqual([]);

    delete tap.onAnswer;
    await comeBack(third);
    await until(third.client.devices, ({ alarm }) => alarm === null);
    await untilTexts(third.client, chatId, ['before', 'after']);
    const { id } = await third.client.sendText({ chatId, text: 'goes on' });
    await untilDelivery(third.client, chatId, id, 'delivered');
  });

  it('and keeps vault and chain from another device gets no key wrapped into the vault from before', async () => {
    const { ann, ben, a, b, annId, otherId, chatId } = await meetForRemoval(world);
    const { transport, tap } = createTappedTransport();
    const third = await addDevice(world, ann, { transport, deviceName: 'third' });
    await untilTexts(third.client, chatId, ['before']);
    const bens = await addDevice(world, ben);
    const bensId = await deviceIdOf(bens);
    await until(b.client.devices, ({ devices }) => devices.length === 2);
    let account: unknown;
    tap.onAnswer = (route, answer) =>
      route === 'GET /api/account' ? (account ??= answer) : answer;
    await comeBack(third);
    await vi.waitFor(() => expect(account).toBeDefined());
    await a.client.removeDevice({ deviceId: otherId });
    await until(third.client.devices, ({ alarm }) => alarm === 'rollback');
    const wrapped: string[] = [];
    tap.onRequest = (route, body) => {
      if (/^P\w+ \/api\/chats\//.test(route) && body?.includes('vaultWrap')) wrapped.push(body);
    };
    tap.onAnswer = (route, answer) => {
      if (route === 'GET /api/account') return account;
      if (route !== `GET /api/people/${annId}/manifests`) return answer;
      const page = answer as { manifests: { version: number }[]; headVersion: number };
      const manifests = page.manifests.filter(({ version }) => version <= 3);
      return { manifests, headVersion: 3 };
    };
    await comeBack(third);

    await b.client.removeDevice({ deviceId: bensId });
    await b.client.sendText({ chatId, text: 'by Ben' });

    await untilTexts(third.client, chatId, ['before', 'by Ben']);
    await until(third.client.chat(chatId), ({ trust }) => trust === 'doubtful');
    await comeBack(third);
    await untilTexts(a.client, chatId, ['before', 'by Ben']);
    expect(wrapped).toEqual([]);
  });
});
