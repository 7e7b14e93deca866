import {
  agreeOnDeviceLink,
  equalBytes,
  isCryptoError,
  parseDeviceLinkCode,
  sealDeviceLinkDelivery,
  tagDeviceLinkAnswer,
} from '@sotto/crypto';
import type {
  DeviceLinkAgreement,
  DeviceLinkAnswer,
  DeviceLinkCode,
  SignedSeal,
} from '@sotto/crypto';
import type { DeviceId, DeviceLink, LinkAnswer, LinkId } from '@sotto/protocol';
import { ClientError, isClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import type { LinkRequest } from '../facade.ts';
import { assertVaultsKey } from '../trust/assert-own-key.ts';
import type { TrustStore } from '../trust/trust-store.ts';

/** One answer of this device. What the relay told when it was given is what counts from then on. */
interface Held {
  link: DeviceLink;
  answer: DeviceLinkAnswer & { deviceId: DeviceId; tag?: Uint8Array };
  /** Set when a camera has read the other screen: the commitment did not come from the relay. */
  scanned: boolean;
  agreement: DeviceLinkAgreement | null;
  /** The revealed key and nonce that open the commitment; never replaced. */
  reveal: DeviceLink['reveal'];
  /** Sealed once, so that a repeated delivery has the same bytes. */
  delivery: SignedSeal | null;
  delivered: boolean;
}

/** This device's part in letting others in: answers, comparisons, deliveries. Nothing of it is stored. */
export interface HoldingSide {
  /** What the relay lists now, as it is shown; requests that contradict themselves are declined. */
  look(links: readonly DeviceLink[]): Promise<LinkRequest[]>;
  /** Throws `conflict` when another device was first. */
  answer(link: DeviceLink): Promise<void>;
  /** Throws `not_found` for a code of no listed request, `untrusted` when the relay lists another commitment. */
  answerScanned(scanned: string, links: readonly DeviceLink[]): Promise<LinkId>;
  /**
   * Throws `conflict` before the other side's key is known and bound to what was compared, `rollback` while
   * the vault here is not the one that goes with the own chain.
   */
  approve(linkId: LinkId): Promise<void>;
  forget(linkId: LinkId): void;
}

export function createHoldingSide(options: {
  context: AccountContext;
  trust: TrustStore;
}): HoldingSide {
  const { context, trust } = options;
  const { http, userId, deviceId, keys, vault, platform } = context;
  const held = new Map<LinkId, Held>();
  /** Answered and done with: a second answer to one request would be a second guess for who stands between. */
  const spent = new Set<LinkId>();

  function drop(linkId: LinkId): void {
    if (held.delete(linkId)) spent.add(linkId);
  }

  const requestOf = ({ link, reveal }: Held) => {
    if (!reveal) throw new ClientError('conflict');
    const { linkId, deviceName, deviceType } = link;
    return { userId, linkId, ...reveal, deviceName, deviceType };
  };

  async function give(link: DeviceLink, code: DeviceLinkCode | null): Promise<void> {
    const { linkId, commitment } = link;
    const before = held.get(linkId);
    if (before) {
      before.scanned ||= code !== null;
      return await put(before);
    }
    if (link.answer || spent.has(linkId)) throw new ClientError('conflict');
    const answer: Held['answer'] = {
      deviceId,
      identityKey: keys.identity.publicKey,
      accountKey: vault.accountKey.publicKey,
      nonce: Uint8Array.from(platform.random(32)),
    };
    if (code) {
      const binding = { userId, linkId, commitment, answer };
      answer.tag = await tagDeviceLinkAnswer(code.secret, binding);
    }
    const mine: Held = {
      link,
      answer,
      scanned: code !== null,
      agreement: null,
      reveal: null,
      delivery: null,
      delivered: false,
    };
    held.set(linkId, mine);
    await put(mine);
  }

  async function put({ link, answer }: Held): Promise<void> {
    const { linkId } = link;
    const { identityKey, accountKey, nonce, tag } = answer;
    try {
      await http.call('answerDeviceLink', {
        params: { linkId },
        body: { identityKey, accountKey, nonce, ...(tag && { tag }) },
      });
    } catch (error) {
      // Another device was first: this answer will never be used.
      if (isClientError(error, 'conflict')) drop(linkId);
      throw error;
    }
  }

  async function follow(mine: Held, seen: DeviceLink): Promise<void> {
    if (!isSameRequest(mine.link, seen)) throw new ClientError('untrusted');
    if (seen.answer && !isSameAnswer(mine.answer, seen.answer)) throw new ClientError('untrusted');
    if (mine.agreement || !seen.reveal) return;
    const { commitment } = mine.link;
    const request = requestOf({ ...mine, reveal: seen.reveal });
    mine.agreement = await agreeOnDeviceLink({ commitment, request, answer: mine.answer });
    mine.reveal = seen.reveal;
  }

  async function lookAt(link: DeviceLink): Promise<LinkRequest[]> {
    const mine = held.get(link.linkId);
    if (spent.has(link.linkId) && !link.answer) return [];
    try {
      if (mine) await follow(mine, link);
      return [view(link, mine)];
    } catch (error) {
      if (!isCryptoError(error) && !isClientError(error, 'untrusted')) throw error;
      // What was revealed is not what was committed to, or the relay changed its story.
      drop(link.linkId);
      await http.call('endDeviceLink', { params: { linkId: link.linkId } }).catch(() => undefined);
      return [];
    }
  }

  return {
    async look(links) {
      const listed = new Set(links.map(({ linkId }) => linkId));
      for (const linkId of held.keys()) if (!listed.has(linkId)) drop(linkId);
      return (await Promise.all(links.map(lookAt))).flat();
    },
    answer: (link) => give(link, null),
    async answerScanned(scanned, links) {
      const code = readCode(scanned);
      const link = links.find(({ linkId }) => linkId === code.linkId);
      if (!link) throw new ClientError('not_found');
      if (!equalBytes(link.commitment, code.commitment)) throw new ClientError('untrusted');
      await give(link, code);
      return link.linkId;
    },
    async approve(linkId) {
      const mine = held.get(linkId);
      if (!mine?.agreement) throw new ClientError('conflict');
      if (mine.delivered) return;
      mine.delivery ??= await seal(mine);
      const { ephemeralPublicKey, ciphertext } = mine.delivery;
      // Locked meanwhile: what was sealed may have been a key of zeros.
      if (!context.isOpen()) throw new ClientError('locked');
      await http.call('deliverDeviceLink', {
        params: { linkId },
        body: { ephemeralPublicKey, sealed: ciphertext },
      });
      mine.delivered = true;
    },
    forget: drop,
  };

  async function seal(mine: Held): Promise<SignedSeal> {
    const own = await trust.refresh(userId);
    // A removed device may have the key of a vault that the chain has left behind.
    assertVaultsKey(own, vault);
    return await sealDeviceLinkDelivery({
      transcript: {
        commitment: mine.link.commitment,
        request: requestOf(mine),
        answer: mine.answer,
      },
      identitySeed: keys.identity.seed,
      delivery: {
        vaultKey: vault.vaultKey,
        vaultVersion: vault.sealed.version,
        manifestVersion: own.version,
        manifestHash: own.hash,
      },
      random: platform.random,
    });
  }
}

function readCode(scanned: string): DeviceLinkCode {
  try {
    return parseDeviceLinkCode(scanned.trim());
  } catch (cause) {
    throw new ClientError('not_found', { cause });
  }
}

function view(link: DeviceLink, mine: Held | undefined): LinkRequest {
  const { linkId, deviceName, deviceType, createdAtMs, expiresAtMs } = link;
  const shared = { linkId, deviceName, deviceType, requestedAtMs: createdAtMs, expiresAtMs };
  if (!mine) return { ...shared, step: link.answer ? 'busy' : 'new', code: null };
  const code = mine.agreement?.code ?? null;
  if (mine.delivered) return { ...shared, step: 'delivered', code };
  if (!mine.agreement) return { ...shared, step: 'waiting', code };
  // The digits are there after a scan too: if the relay took the tag away, the other screen shows them.
  return { ...shared, step: mine.scanned ? 'scanned' : 'comparing', code };
}

const isSameRequest = (one: DeviceLink, other: DeviceLink): boolean =>
  equalBytes(one.commitment, other.commitment) &&
  one.deviceName === other.deviceName &&
  one.deviceType === other.deviceType;

const isSameAnswer = (one: Held['answer'], other: LinkAnswer): boolean =>
  one.deviceId === other.deviceId && equalBytes(one.nonce, other.nonce);
