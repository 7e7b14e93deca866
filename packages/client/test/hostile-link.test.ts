import {
  agreeOnDeviceLink,
  commitDeviceLink,
  fromBase64Url,
  generateIdentityKeyPair,
  generateSealingKeyPair,
  parseDeviceLinkCode,
  sealDeviceLinkDelivery,
  toBase64Url,
} from '@sotto/crypto';
import type { LinkId, UserId } from '@sotto/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ClientError } from '../src/index.ts';
import { makePerson, signUpFully, until } from '../src/testing/index.ts';
import type { TestClient } from '../src/testing/index.ts';
import { flipped } from './support/hostile.ts';
import { signInOnNewDevice, untilLink, untilRequest } from './support/linking.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';
import type { WireTap } from './support/wire-tap.ts';

/** A link as it passes a relay, which reads and writes all of it. */
interface Link {
  linkId: string;
  commitment: string;
  deviceName: string;
  deviceType: string;
  answer: Record<string, string> | null;
  reveal: { publicKey: string; nonce: string } | null;
  delivery: { ephemeralPublicKey: string; sealed: string } | null;
}
interface Account {
  vault: { version: number } | null;
  manifests: { version: number }[];
}

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

const flip = (text: string) => toBase64Url(flipped(fromBase64Url(text)));

function userIdOf({ client }: TestClient): UserId {
  const state = client.session.getSnapshot();
  if (state.phase !== 'ready') throw new Error(state.phase);
  return state.profile.userId;
}

/** Edits each link on its way to one client. */
function rewriteLinks(tap: WireTap, edit: (link: Link) => Link): void {
  tap.onAnswer = (route, answer) => {
    if (!route.includes('/api/device-links')) return answer;
    const { link, links } = answer as { link?: Link; links?: Link[] };
    if (links) return { links: links.map(edit) };
    return link ? { link: edit(link) } : answer;
  };
}

function rewriteAccount(tap: WireTap, edit: (account: Account) => Account): void {
  tap.onAnswer = (route, answer) =>
    route === 'GET /api/account' ? edit(answer as Account) : answer;
}

/** What a client has sent to a route. */
const sentTo = (tap: WireTap, part: string) =>
  tap.sent.filter((each) => typeof each === 'string' && each.endsWith(part));

/** A device, another that asks to be let in, and the relay between each of them and the other. */
async function ask() {
  const person = makePerson('ann');
  const [forHolder, forAsker] = [createTappedTransport(), createTappedTransport()];
  const holder = world.client({ transport: forHolder.transport });
  await signUpFully(holder.client, person);
  const asker = await signInOnNewDevice(world, person, { transport: forAsker.transport });
  await asker.client.startLink();
  const { qr } = await untilLink(asker, 'waiting');
  const { linkId } = await untilRequest(holder, 'new');
  return { person, holder, asker, qr, linkId, toHolder: forHolder.tap, toAsker: forAsker.tap };
}

/** How it ended for who asked, and what was registered. */
async function endFor(asker: TestClient, tap: WireTap) {
  const { cause } = await untilLink(asker, 'ended');
  return { cause, registered: sentTo(tap, '/api/devices') };
}
const mismatch = { cause: 'mismatch', registered: [] };

/** What is left of a request on the device that answered it, and what it handed over. */
async function leftOn(holder: TestClient, tap: WireTap, linkId: LinkId) {
  await until(holder.client.devices, ({ requests }) => requests.length === 0);
  const approved = await holder.client.approveLink({ linkId }).then(
    () => 'approved',
    (error: ClientError) => error.code,
  );
  return { approved, delivered: sentTo(tap, '/delivery') };
}
const nothing = { approved: 'not_found', delivered: [] };

describe('a relay between both sides of a link', () => {
  it('cannot put its own key in the place of the revealed one', async () => {
    const { holder, linkId, toHolder } = await ask();
    const { publicKey } = await generateSealingKeyPair();
    rewriteLinks(toHolder, (link) => ({
      ...link,
      reveal: link.reveal && { ...link.reveal, publicKey: toBase64Url(publicKey) },
    }));

    await holder.client.answerLink({ linkId });

    expect(await leftOn(holder, toHolder, linkId)).toEqual(nothing);
  });

  it('cannot give the asking device another name on the other screen', async () => {
    const { holder, linkId, toHolder } = await ask();
    rewriteLinks(toHolder, (link) => ({ ...link, deviceName: 'a name to be trusted' }));

    await holder.client.answerLink({ linkId });

    expect(await leftOn(holder, toHolder, linkId)).toEqual(nothing);
  });

  it('cannot change name or commitment after they were answered', async () => {
    const { holder, asker, linkId, toHolder } = await ask();
    await holder.client.answerLink({ linkId });
    await untilRequest(holder, 'comparing');
    rewriteLinks(toHolder, (link) => ({ ...link, commitment: flip(link.commitment) }));
    await asker.client.setOnline({ online: false });
    await holder.client.setOnline({ online: false });
    await holder.client.setOnline({ online: true });

    expect(await leftOn(holder, toHolder, linkId)).toEqual(nothing);
  });

  it('cannot pass off a request of its own as the one the camera read', async () => {
    const { person, holder, qr, linkId, toHolder } = await ask();
    const mallory = await generateSealingKeyPair();
    const commitment = await commitDeviceLink({
      userId: userIdOf(holder),
      linkId,
      publicKey: mallory.publicKey,
      nonce: new Uint8Array(32),
      deviceName: person.displayName,
      deviceType: 'cli',
    });
    rewriteLinks(toHolder, (link) => ({ ...link, commitment: toBase64Url(commitment) }));

    await expect(holder.client.answerLink({ scanned: qr })).rejects.toMatchObject({
      code: 'untrusted',
    });
    expect(sentTo(toHolder, '/answer')).toEqual([]);
  });

  it.each(['identityKey', 'accountKey'])(
    'cannot answer a scanned request with another %s',
    async (name) => {
      const { holder, asker, qr, toAsker } = await ask();
      const other = toBase64Url((await generateIdentityKeyPair()).publicKey);
      rewriteLinks(toAsker, (link) => ({
        ...link,
        answer: link.answer && { ...link.answer, [name]: other },
      }));

      await holder.client.answerLink({ scanned: qr });

      expect(await endFor(asker, toAsker)).toEqual(mismatch);
    },
  );

  it('cannot forge the tag', async () => {
    const { holder, asker, qr, toAsker } = await ask();
    rewriteLinks(toAsker, (link) => ({
      ...link,
      answer: link.answer?.['tag'] ? { ...link.answer, tag: flip(link.answer['tag']) } : null,
    }));

    await holder.client.answerLink({ scanned: qr });

    expect(await endFor(asker, toAsker)).toEqual(mismatch);
  });

  it('gains nothing by taking the tag away: both screens show digits then', async () => {
    const { holder, asker, qr, toAsker } = await ask();
    rewriteLinks(toAsker, (link) => {
      const { tag: _, ...answer } = link.answer ?? {};
      return { ...link, answer: link.answer && answer };
    });

    const { linkId } = await holder.client.answerLink({ scanned: qr });

    const shown = await untilLink(asker, 'comparing');
    expect((await untilRequest(holder, 'scanned')).code).toBe(shown.code);
    await holder.client.approveLink({ linkId });
    asker.clock.advance(5_000);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await untilLink(asker, 'comparing')).code).toBe(shown.code);
  });

  it('shows other digits on both screens when it stands in the middle', async () => {
    const { holder, asker, linkId, toHolder, toAsker } = await ask();
    const mallory = await generateSealingKeyPair();
    const device = await generateIdentityKeyPair();
    const request = {
      userId: userIdOf(holder),
      linkId,
      publicKey: mallory.publicKey,
      nonce: new Uint8Array(32),
      deviceName: 'test client',
      deviceType: 'cli',
    };
    const commitment = toBase64Url(await commitDeviceLink(request));
    const publicKey = toBase64Url(mallory.publicKey);
    const nonce = toBase64Url(request.nonce);
    rewriteLinks(toHolder, (link) => ({
      ...link,
      commitment,
      reveal: link.answer && { publicKey, nonce },
    }));
    rewriteLinks(toAsker, (link) => ({
      ...link,
      answer: link.answer && { ...link.answer, identityKey: toBase64Url(device.publicKey) },
    }));

    await holder.client.answerLink({ linkId });

    const onHolder = await untilRequest(holder, 'comparing');
    const onAsker = await untilLink(asker, 'comparing');
    expect(onHolder.code).not.toBe(onAsker.code);
  });

  it('cannot exchange the answer once digits are shown', async () => {
    const { holder, asker, linkId, toAsker } = await ask();
    await holder.client.answerLink({ linkId });
    await untilLink(asker, 'comparing');
    rewriteLinks(toAsker, (link) => ({
      ...link,
      answer: link.answer && { ...link.answer, nonce: flip(link.answer['nonce'] ?? '') },
    }));

    expect(await endFor(asker, toAsker)).toEqual(mismatch);
  });

  it('cannot deliver what was made for another request', async () => {
    const { holder, asker, qr, linkId, toAsker } = await ask();
    const kept: Link['delivery'][] = [];
    rewriteLinks(toAsker, (link) => {
      if (link.delivery) kept.push(link.delivery);
      return { ...link, delivery: null };
    });
    await holder.client.answerLink({ scanned: qr });
    await untilRequest(holder, 'scanned');
    await holder.client.approveLink({ linkId });
    await vi.waitFor(() => expect(kept).not.toEqual([]), { timeout: 10_000 });
    await asker.client.cancelLink();
    holder.clock.advance(21_000);
    await until(holder.client.devices, ({ requests }) => requests.length === 0);
    await asker.client.startLink();
    const again = await untilLink(asker, 'waiting');
    await untilRequest(holder, 'new');
    rewriteLinks(toAsker, (link) => ({ ...link, delivery: kept[0] ?? null }));

    await holder.client.answerLink({ scanned: again.qr });

    expect(await endFor(asker, toAsker)).toEqual(mismatch);
  });

  it('cannot have its own delivery opened before a person has compared', async () => {
    const { holder, asker, qr, linkId, toAsker } = await ask();
    const { commitment } = parseDeviceLinkCode(qr);
    const [device, account] = [await generateIdentityKeyPair(), await generateIdentityKeyPair()];
    const answer = {
      deviceId: crypto.randomUUID(),
      identityKey: device.publicKey,
      accountKey: account.publicKey,
      nonce: new Uint8Array(32),
    };
    let revealed: Link['reveal'] = null;
    let opened = false;
    toAsker.onRequest = (route, body) => {
      if (route.endsWith('/reveal')) revealed = JSON.parse(body ?? '{}') as Link['reveal'];
      if (route === 'GET /api/account') opened = true;
    };
    let delivery: Link['delivery'] = null;
    rewriteLinks(toAsker, (link) => ({
      ...link,
      answer: {
        deviceId: answer.deviceId,
        identityKey: toBase64Url(answer.identityKey),
        accountKey: toBase64Url(answer.accountKey),
        nonce: toBase64Url(answer.nonce),
      },
      delivery,
    }));
    await holder.client.answerLink({ linkId });
    const { code } = await untilLink(asker, 'comparing');
    const { publicKey, nonce } = revealed ?? { publicKey: '', nonce: '' };
    const transcript = {
      commitment,
      request: {
        userId: userIdOf(holder),
        linkId,
        publicKey: fromBase64Url(publicKey),
        nonce: fromBase64Url(nonce),
        deviceName: 'test client',
        deviceType: 'cli',
      },
      answer,
    };
    expect((await agreeOnDeviceLink(transcript)).code).toBe(code);
    const { ephemeralPublicKey, ciphertext } = await sealDeviceLinkDelivery({
      transcript,
      identitySeed: device.seed,
      delivery: {
        vaultKey: new Uint8Array(32),
        vaultVersion: 1,
        manifestVersion: 1,
        manifestHash: new Uint8Array(32),
      },
    });
    delivery = {
      ephemeralPublicKey: toBase64Url(ephemeralPublicKey),
      sealed: toBase64Url(ciphertext),
    };

    asker.clock.advance(5_000);
    await new Promise((resolve) => setTimeout(resolve, 500));

    expect(await untilLink(asker, 'comparing')).toEqual({ step: 'comparing', code });
    expect(opened).toBe(false);
    await asker.client.confirmLink();
    expect(await endFor(asker, toAsker)).toEqual(mismatch);
  });
});

describe('a relay that hands out an older account to who is let in', () => {
  /** What the asking side was told when it signed in. */
  function toldAtSignIn(tap: WireTap): Account {
    const texts = tap.received.filter((each) => typeof each === 'string');
    return JSON.parse(texts.findLast((text) => text.includes('"manifests"')) ?? '') as Account;
  }

  it('cannot set the vault back to before what the other device has', async () => {
    const { person, holder, asker, qr, toAsker } = await ask();
    const { vault } = toldAtSignIn(toAsker);
    await holder.client.changeChatPassword({
      current: person.chatPassword,
      next: 'another chat password 7',
    });
    rewriteAccount(toAsker, (account) => ({ ...account, vault }));

    const { linkId } = await holder.client.answerLink({ scanned: qr });
    await untilRequest(holder, 'scanned');
    await holder.client.approveLink({ linkId });

    expect(await endFor(asker, toAsker)).toEqual(mismatch);
  });

  it('cannot leave out the newest manifest', async () => {
    const { holder, asker, qr, toAsker } = await ask();
    const { manifests } = toldAtSignIn(toAsker);
    const { devices } = await until(holder.client.devices, (state) => state.devices.length === 1);
    await holder.client.renameDevice({
      deviceId: devices[0]?.deviceId as never,
      name: 'another name',
    });
    rewriteAccount(toAsker, (account) => ({ ...account, manifests }));

    const { linkId } = await holder.client.answerLink({ scanned: qr });
    await untilRequest(holder, 'scanned');
    await holder.client.approveLink({ linkId });

    expect(await endFor(asker, toAsker)).toEqual(mismatch);
  });
});
