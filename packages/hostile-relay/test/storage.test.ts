import { startChatWith, until, untilTexts } from '@sotto/client/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CanarySearch } from '../src/canary/index.ts';
import type { Place, Plant } from '../src/canary/index.ts';
import { openParts } from '../../client/test/support/device-parts.ts';
import { bytesOfDisk } from '../../client/test/support/disk-bytes.ts';
import { comeBack, deviceIdOf, rewrite, tellTruth, userIdOf } from './lies.ts';
import type { ManifestPage } from './lies.ts';
import { startLiedToWorld } from './lied-to.ts';
import type { LiedToWorld, Someone, Victim } from './lied-to.ts';
import { heardBy, assertUnsaid } from './secrets.ts';
import { keysRoute } from './wraps.ts';
import type { WireEpoch } from './wraps.ts';

let world: LiedToWorld;
beforeAll(async () => {
  world = await startLiedToWorld();
});
afterAll(() => world?.stop());

/** Every row of every table, as text: bytes are hex in it. */
async function tables(): Promise<Place[]> {
  const names = await world.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname <> 'pg_catalog' and schemaname <> 'information_schema'`,
  );
  return await Promise.all(
    names.map(async ({ name }) => {
      const rows = await world.query<{ row: string }>(`select t::text as row from ${name} t`);
      return { name, bytes: Buffer.from(rows.map(({ row }) => row).join('\n')) };
    }),
  );
}

/** Every secret key of a device and its account. */
async function keysOf(someone: Victim & Pick<Someone, 'person'>, whose: string): Promise<Plant[]> {
  const { person, liar } = someone;
  const { context } = await openParts({ test: someone, person, relayUrl: liar.url });
  const { vault, keys } = context;
  const [newest] = keys.sealing;
  const found = {
    'vault key': vault.vaultKey,
    'account seed': vault.accountKey.seed,
    'storage key': vault.storageKey,
    'local storage key': vault.keys.localStorageKey,
    'backup key': vault.keys.backupKey,
    'key wrap key': vault.keys.keyWrapKey,
    'identity seed': keys.identity.seed,
    'sealing key': newest.sealing.privateKey,
    ...(newest.hybrid && { 'hybrid key': newest.hybrid.privateKey }),
  };
  return Object.entries(found).map(([name, value]) => ({ name: `${name} of ${whose}`, value }));
}

const disk = (name: string, { disk: rows }: Victim): Place => ({ name, bytes: bytesOfDisk(rows) });

it('whatever a relay tried, it and the disks hold nothing that can be read', async () => {
  const [ann, ben] = await Promise.all([world.person('ann'), world.person('ben')]);
  const second = { ...(await world.deviceOf(ann.person)), person: ann.person };
  const secondId = await deviceIdOf(second);
  const texts = ['said', 'answered', 'after lies', 'drafted'].map(
    (about) => `${about} ${crypto.randomUUID()}`,
  );
  const [said = '', answered = '', afterLies = '', drafted = ''] = texts;
  const keys = (
    await Promise.all([
      keysOf(ann, 'Ann’s first'),
      keysOf(second, 'Ann’s second'),
      keysOf(ben, 'Ben’s'),
    ])
  ).flat();
  const chatId = await startChatWith(ann.client, ben.person.handle);
  await ann.client.sendText({ chatId, text: said });
  await untilTexts(ben.client, chatId, [said]);
  await ben.client.sendText({ chatId, text: answered });
  await untilTexts(second.client, chatId, [said, answered]);
  await ann.client.saveDraft({ chatId, text: drafted });

  // It withholds keys and chains, takes acknowledgements away, and is told the truth again.
  rewrite(ben.liar, keysRoute, (page: { epochs: WireEpoch[] }) => ({
    epochs: page.epochs.map((epoch) => ({ ...epoch, deviceWrap: null, vaultWrap: null })),
  }));
  rewrite(ann.liar, /\/manifests$/, (_page: ManifestPage) => ({ manifests: [], headVersion: 1 }));
  await Promise.all([comeBack(ann), comeBack(ben)]);
  await until(ann.client.devices, ({ alarm }) => alarm === 'rollback');
  for (const one of [ann, ben]) tellTruth(one.liar);
  await Promise.all([comeBack(ann), comeBack(ben)]);
  await until(ann.client.devices, ({ alarm }) => alarm === null);
  await ann.client.removeDevice({ deviceId: secondId });
  await ann.client.sendText({ chatId, text: afterLies });
  await untilTexts(ben.client, chatId, [said, answered, afterLies]);

  const places: Place[] = [];
  await ann.client.lock();
  places.push(disk('locked', ann), disk('in use', ben), ...(await tables()));
  await ann.client.signOut({ scope: 'local' });
  await until(second.client.session, ({ phase }) => phase === 'signedOut');
  places.push(disk('signed out', ann), disk('removed', second));
  const { email, password, chatPassword } = ann.person;
  await ann.client.signIn({ email, password });
  await ann.client.unlock({ chatPassword });
  const annId = userIdOf(ann);
  await ann.client.deleteAccount({ password });
  places.push(disk('account deleted', ann), ...(await tables()));
  await ben.client.eraseDevice();
  places.push(
    disk('erased', ben),
    { name: 'log', bytes: Buffer.from(world.logged()) },
    ...[ann, second, ben].map((one, at) => heardBy(`heard by liar ${at}`, one)),
  );

  const plants: Plant[] = [...keys, ...texts.map((value) => ({ name: value, value }))];
  expect(new CanarySearch(plants).find(places)).toEqual([]);
  assertUnsaid([ann, ben], places);
  const passwords = [ann, ben].map(({ person }) => ({ name: 'login', value: person.password }));
  const kept = places.filter(({ name }) => !name.startsWith('heard'));
  expect(new CanarySearch(passwords).find(kept)).toEqual([]);

  // The search finds what may be there: where it must find nothing, it has looked.
  const visible = [
    { name: 'handle', value: ann.person.handle },
    { name: 'device', value: await benDevice(ben) },
    { name: 'route', value: '/api/chats' },
  ];
  const hits = new CanarySearch(visible).find(places).join('\n');
  for (const name of ['public.profiles', 'public.devices', 'heard by liar 0', 'in use', 'log']) {
    expect(hits).toContain(`in ${name} (`);
  }
  const gone = places.filter(({ name }) => ['account deleted', 'erased'].includes(name));
  expect(new CanarySearch([{ name: 'Ann', value: annId }]).find(gone)).toEqual([]);
});

/** Known to everybody, and part of what is on disk before anything is opened. */
async function benDevice({ person }: Someone): Promise<string> {
  const [row] = await world.query<{ id: string }>(
    `select d.id from public.devices d join public.profiles p using (user_id) where p.handle = $1`,
    [person.handle],
  );
  return row?.id ?? '';
}
