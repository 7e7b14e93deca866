import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, BrowserType } from '@playwright/test';
import { appWords } from '../../src/shared/i18n/app-words.ts';
import { frontWords } from '../../src/shared/i18n/front-words.ts';
import { Person, newIdentity } from '../people/person.ts';
import { deleteAccount, openSecurity, switchOnSecondStep } from '../people/security-page.ts';
import { browserOptions } from '../stack/browser-options.ts';
import type { Stack } from '../stack/start-stack.ts';
import { expect, test } from '../test.ts';
import { recordKeys } from './key-recorder.ts';
import { filesUnder, flushToDisk, tablesOf } from './places.ts';
import { plantedText, saltsIn, secretsOf, tokensIn } from './plants.ts';
import { CanarySearch } from '@sotto/hostile-relay/canary';
import type { Place, Plant } from '@sotto/hostile-relay/canary';
import { recordTraffic } from './traffic.ts';

/** A person in a browser whose profile lies in a folder, with everything listened to. */
async function enter(chromium: BrowserType, stack: Stack, displayName: string) {
  const wire = await stack.plugIn();
  const profile = await mkdtemp(join(tmpdir(), 'sotto-profile-'));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    ...browserOptions,
    baseURL: wire.origin,
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
  });
  const traffic = recordTraffic(context);
  const page = context.pages()[0] ?? (await context.newPage());
  const keys = recordKeys(page);
  const person = new Person({ context, wire }, page, newIdentity(displayName));
  return { profile, context, wire, traffic, keys, person };
}

const named = (prefix: string, places: readonly Place[]): Place[] =>
  places.map(({ name, bytes }) => ({ name: `${prefix}: ${name}`, bytes }));

/** How long it takes Chromium at most to write what stands in a form into its session file. */
const sessionSaveMs = 5_000;

/** Joins with the chat password made visible: browsers remember what stands in plain fields. */
async function joinLookingAtPassword(person: Person): Promise<void> {
  await person.signUp();
  await person.createProfile();
  await person.button(`${frontWords.action.show}: ${appWords.chatPassword.label}`).click();
  await person.field(appWords.chatPassword.label).fill(person.identity.chatPassword);
  await person.page.waitForTimeout(sessionSaveMs);
  await person.setChatPassword();
  await person.confirmRecoveryKey();
}

/** Writes into the profile on the two ways there are: at once, and when the browser finds time. */
async function leaveInProfile(texts: { inUse: string; closed: string }): Promise<void> {
  localStorage.setItem('control', texts.closed);
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('control');
    request.onupgradeneeded = () => request.result.createObjectStore('control');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error('no database'));
  });
  await new Promise((resolve) => {
    const writing = database.transaction('control', 'readwrite', { durability: 'strict' });
    writing.objectStore('control').put(texts.inUse, 'control');
    writing.oncomplete = resolve;
  });
  database.close();
}

/** The only places in which a plant may be; a plant that is in none of them was not looked for well. */
function expectOnlyIn(allowed: RegExp, plant: Plant, places: readonly Place[]): void {
  const hits = new CanarySearch([plant]).find(places);
  expect(hits, `${plant.name}: a place where it must be`).not.toEqual([]);
  expect(hits.filter((hit) => !allowed.test(hit))).toEqual([]);
}

test('what is secret is found nowhere outside the memory of the browsers', async ({
  playwright,
  stack,
}) => {
  test.setTimeout(240_000);
  const [a, b] = await Promise.all([
    enter(playwright.chromium, stack, 'Ada'),
    enter(playwright.chromium, stack, 'Ben'),
  ]);
  const [ada, ben] = [a.person, b.person];
  const texts = ['said by Ada', 'said by Ben', 'said offline', 'drafted'].map(plantedText);
  const [fromAda = '', fromBen = '', queued = '', draft = ''] = texts;
  const [inUse, closed] = [plantedText('written at once'), plantedText('written at the end ✓')];

  try {
    await Promise.all([joinLookingAtPassword(ada), ben.join()]);
    await openSecurity(ada);
    const { secret: totpSecret } = await switchOnSecondStep(ada);
    await ada.startChatWith(ben.identity);
    await ada.send(ben.identity, fromAda);
    await ben.openChatWith(ada.identity);
    await expect(ben.log(ada.identity).getByText(fromAda)).toBeVisible();
    await ben.send(ada.identity, fromBen);
    await expect(ada.log(ben.identity).getByText(fromBen)).toBeVisible();
    await ada.goOffline();
    await ada.send(ben.identity, queued);
    await ada.goOnline();
    await expect(ben.log(ada.identity).getByText(queued)).toBeVisible();
    await ada.composer(ben.identity).pressSequentially(draft);
    await ada.page.evaluate(leaveInProfile, { inUse, closed });
    await expect(
      ada.chatRow(ben.identity).getByText(appWords.chatList.draft, { exact: false }),
    ).toBeAttached();

    const profileStates: Place[][] = [];
    const lookAtProfiles = async (when: string): Promise<void> => {
      for (const { profile, person } of [a, b]) {
        const name = `profile of ${person.identity.displayName} ${when}`;
        profileStates.push(named(name, await filesUnder(profile)));
      }
    };
    await lookAtProfiles('in use');
    const keysInUse = [await a.keys.secretsHex(), await b.keys.secretsHex()];
    await Promise.all([ada.lock(), ben.lock()]);
    await lookAtProfiles('locked');
    await ada.page.reload();
    await ada.unlock();
    await ada.unlocked();
    const adaKeys = [...new Set([...(keysInUse[0] ?? []), ...(await a.keys.secretsHex())])];
    await ada.signOut();
    await ben.unlock();
    await ben.unlocked();
    await openSecurity(ben);
    await deleteAccount(ben);
    await lookAtProfiles('signed out or deleted');
    await a.context.close();
    await b.context.close();
    await lookAtProfiles('closed');

    await flushToDisk(stack.relay.dataDirectory);
    const database = [
      ...named('database', await tablesOf(stack.relay.dataDirectory)),
      ...named('data directory', await filesUnder(stack.relay.dataDirectory)),
    ];
    const log = [{ name: 'relay log', bytes: Buffer.from(stack.relay.log()) }];
    const heard = [
      ...named('browser of Ada', await a.traffic.places()),
      ...named('browser of Ben', await b.traffic.places()),
    ];
    const wire = [a, b].flatMap((side) =>
      side.wire.heard().map((bytes, index) => ({
        name: `wire ${index} of ${side.person.identity.displayName}`,
        bytes,
      })),
    );
    const profiles = profileStates.flat();
    const everywhere = [...database, ...log, ...heard, ...wire, ...profiles];

    await test.step('listening and searching work: what may be seen is found', () => {
      const { handle } = ada.identity;
      const control = (name: string, value: string, places: readonly Place[]) =>
        expect(new CanarySearch([{ name, value }]).find(places), name).not.toEqual([]);
      control(
        'handle in the database',
        handle,
        database.filter((p) => p.name.includes('table ')),
      );
      control(
        'handle in the files',
        handle,
        database.filter((p) => p.name.includes('base/')),
      );
      control(
        'handle in the WAL',
        handle,
        database.filter((p) => p.name.includes('pg_wal/')),
      );
      control('handle in a request', handle, heard);
      control('handle on the wire', handle, wire);
      control('route in the log', '/api/account/profile', log);
      const stage = (when: string) => profiles.filter((place) => place.name.includes(when));
      control('what a page wrote durably', inUse, stage('Ada in use'));
      control('what a page left to the browser', closed, stage('Ada closed'));
      expect(a.traffic.frameCount()).toBeGreaterThan(10);
      expect(adaKeys.length).toBeGreaterThan(5);
    });

    await test.step('chat passwords, texts, keys and recovery keys: nowhere', () => {
      const salts = [...new Set(saltsIn(heard))];
      expect(salts).toHaveLength(2);
      const secretKeys = (keys: string[]) => keys.filter((key) => !salts.includes(key));
      const secrets = [
        ...texts.map((value, index) => ({ name: `text ${index}`, value })),
        ...secretsOf(ada, secretKeys(adaKeys)),
        ...secretsOf(ben, secretKeys(keysInUse[1] ?? [])),
      ];

      expect(new CanarySearch(secrets).find(everywhere)).toEqual([]);
    });

    await test.step('login password: only in the requests that sign up and sign in', () => {
      const plant = { name: 'login password', value: ada.identity.loginPassword };

      expectOnlyIn(
        /in (browser of Ada: request POST \/auth\/v1\/(signup|token)|wire \d+ of Ada) /,
        plant,
        everywhere,
      );
    });

    // The auth service computes the same codes, so it holds this one as it is.
    await test.step('secret of the second step: only with the auth service and its owner', () => {
      expectOnlyIn(
        /in (database: table auth\.mfa_factors|data directory: postgres\/|browser of Ada: |wire \d+ of Ada )/,
        { name: 'secret of the second step', value: totpSecret },
        everywhere,
      );
    });

    await test.step('tokens of the login: in no profile, table, file or log', () => {
      const tokens = tokensIn(heard);
      expect(new Set(tokens.map(({ name }) => name))).toEqual(
        new Set(['access token', 'refresh token']),
      );

      expect(new CanarySearch(tokens).find([...database, ...log, ...profiles])).toEqual([]);
    });

    // The access token names it, and goes with every request of its owner.
    await test.step('email address: only in the account service and with its owner', () => {
      const plant = { name: 'email', value: ada.identity.email };

      expectOnlyIn(
        /in (database: table auth\.|data directory: postgres\/|browser of Ada: |wire \d+ of Ada |profile of Ada )/,
        plant,
        everywhere,
      );
    });
  } finally {
    await a.context.close();
    await b.context.close();
    await rm(a.profile, { recursive: true, force: true });
    await rm(b.profile, { recursive: true, force: true });
  }
});
