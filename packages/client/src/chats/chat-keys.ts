import { toHex } from '@sotto/crypto';
import type { ChatId, EpochKeys } from '@sotto/protocol';
import { isClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import { nameSealTarget, sealTargetOf } from '../devices/seal-target.ts';
import { createSignal } from '../engine/signal.ts';
import type { Signal } from '../engine/signal.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { ChatBook } from './chat-book.ts';
import { judgeEpoch } from './judge-epoch.ts';
import { presentMembers } from './chat-record.ts';
import type { ChatAtRest } from './chat-record.ts';
import type { HeldKey, KeyRing, OpenedKey } from './key-ring.ts';
import { mayRead } from './made-under.ts';
import { putWraps } from './put-wraps.ts';
import { sealEpoch } from './seal-epoch.ts';
import { wrapIntoVault } from './vault-wrap.ts';

/** Keeps each chat's keys complete: here, in the own vault, and on every certified device of its members. */
export interface ChatKeys {
  /** A key came that was not held before. */
  readonly arrived: Signal<ChatId>;
  /** Fetches what the relay has, and gives what others lack. One at a time per chat. */
  exchange(chatId: ChatId): Promise<void>;
  /** The highest epoch the relay named in the last exchange, whether or not it could be opened; 0 before. */
  newestOffered(chatId: ChatId): number;
  /** Whether somebody's certified devices changed since the last exchange, a key is in dispute, or a message waits for one. */
  isDue(chatId: ChatId): Promise<boolean>;
}

export function createChatKeys(options: {
  context: AccountContext;
  book: ChatBook;
  ring: KeyRing;
  trust: TrustStore;
}): ChatKeys {
  const { context, book, ring, trust } = options;
  const { http, platform, userId, keys, vault } = context;
  const arrived = createSignal<ChatId>();
  const running = new Map<ChatId, Promise<void>>();
  /** Wraps this session has put already: a relay that denies having them is not served again and again. */
  const given = new Set<string>();
  const offeredUpTo = new Map<ChatId, number>();

  /** Nobody whose devices are in doubt. */
  async function people(chatId: ChatId): Promise<PersonTrust[]> {
    const members = presentMembers(book.require(chatId), userId);
    const found = await Promise.all(
      members.map(async (member) => {
        const doubted = await trust.isInDoubt(member.userId);
        return doubted ? undefined : await trust.person(member.userId);
      }),
    );
    return found.flatMap((person) => person ?? []);
  }

  const versions = (trusted: readonly PersonTrust[]): string =>
    trusted
      .map(({ userId: id, version }) => `${id}:${version}`)
      .sort()
      .join(' ');

  async function give(chatId: ChatId, offer: EpochKeys, epochKey: HeldKey): Promise<void> {
    const { random } = platform;
    const { epoch } = offer;
    const members = book.require(chatId).members.map((member) => member.userId);
    const { madeUnder } = epochKey;
    const trusted = (await people(chatId)).filter((one) => mayRead({ madeUnder, members }, one));
    const tag = (deviceId: string, key: Uint8Array) =>
      `${chatId} ${epoch} ${deviceId} ${toHex(key)}`;
    const has = new Set<string>(offer.wrappedDevices);
    for (const device of trusted.flatMap(({ devices }) => devices)) {
      const target = await nameSealTarget(sealTargetOf(device));
      if (given.has(tag(device.deviceId, target))) has.add(device.deviceId);
    }
    const deviceWraps = await sealEpoch({
      context,
      trust,
      chatId,
      epochKey,
      people: trusted,
      skip: ({ deviceId }) => has.has(deviceId),
    });
    const vaultTag = `${chatId} ${epoch} vault`;
    // While the own chain is in doubt, a removed device may have the key of the vault that is here.
    const isVaultSure = trusted.some((one) => one.userId === userId);
    // One that does not open gives way as soon as the device that put it is removed: asked each time.
    const lacksWrap =
      offer.vaultWrap === null
        ? !given.has(vaultTag)
        : !(await ring.isInVault(chatId, members, offer, epochKey));
    const needsVault = isVaultSure && lacksWrap;
    const vaultWrap = needsVault
      ? await wrapIntoVault({ vault, keys, chatId, epochKey, random })
      : undefined;
    if (!context.isOpen()) return;
    await putWraps(context, { chatId, epoch }, deviceWraps, vaultWrap);
    for (const { deviceId, sealedTo } of deviceWraps) given.add(tag(deviceId, sealedTo));
    if (needsVault) given.add(vaultTag);
  }

  /**
   * Opens what is offered and not held. The newest of it that counts is judged: an older one is for reading, and
   * may name what its maker saw of a person who has another account key by now.
   */
  async function take(
    chatId: ChatId,
    offers: readonly EpochKeys[],
  ): Promise<{ isNew: boolean; disputed: number | null }> {
    const members = book.require(chatId).members.map((member) => member.userId);
    const opened: OpenedKey[] = [];
    for (const offer of offers) {
      if (await ring.find(chatId, offer.keyId)) continue;
      const found = await ring.open(chatId, members, offer);
      if (found) opened.push(found);
    }
    let newest = (await ring.current(chatId))?.epoch ?? 0;
    let isNew = false;
    let disputed: number | null = null;
    for (const one of opened.toSorted((x, y) => y.epochKey.epoch - x.epochKey.epoch)) {
      const { epochKey } = one;
      if (epochKey.epoch >= newest) {
        const verdict = await judgeEpoch({ opened: one, members, trust });
        if (verdict === 'ignored') continue;
        newest = epochKey.epoch;
        if (verdict === 'disputed') {
          disputed = newest;
          continue;
        }
      }
      if (!context.isOpen()) break;
      await ring.add(chatId, epochKey);
      isNew = true;
    }
    return { isNew, disputed };
  }

  async function note(
    chatId: ChatId,
    found: Partial<Pick<ChatAtRest, 'sealedFor' | 'disputedEpoch'>>,
  ): Promise<void> {
    await book.exclusively(chatId, async () => {
      const chat = book.require(chatId);
      const next = { ...chat, ...found };
      const isSame = chat.sealedFor === next.sealedFor && chat.disputedEpoch === next.disputedEpoch;
      if (!isSame) await book.commit(next);
    });
  }

  async function run(chatId: ChatId): Promise<void> {
    const offered = await http.call('getChatKeys', { params: { chatId } });
    offeredUpTo.set(chatId, Math.max(0, ...offered.epochs.map(({ epoch }) => epoch)));
    const { isNew, disputed } = await take(chatId, offered.epochs);
    // Before anything is given: what the new key opens is shown from here on.
    await note(chatId, { disputedEpoch: disputed });
    for (const offer of disputed === null ? offered.epochs : []) {
      const epochKey = await ring.find(chatId, offer.keyId);
      if (!epochKey || epochKey.unvouched) continue;
      await give(chatId, offer, epochKey).catch((error: unknown) => {
        // A wrap for a device that was revoked a moment ago, or somebody in doubt; the next exchange knows better.
        const refused = ['conflict', 'forbidden', 'rollback', 'untrusted'] as const;
        if (!refused.some((code) => isClientError(error, code))) throw error;
      });
    }
    await note(chatId, { sealedFor: versions(await people(chatId)) });
    if (isNew) arrived.emit(chatId);
  }

  return {
    arrived,
    newestOffered: (chatId) => offeredUpTo.get(chatId) ?? 0,
    exchange(chatId) {
      const before = running.get(chatId) ?? Promise.resolve();
      const task = before.catch(() => undefined).then(() => run(chatId));
      running.set(chatId, task);
      return task;
    },
    async isDue(chatId) {
      const current = await ring.current(chatId);
      const { disputedEpoch, unopened } = book.require(chatId);
      return (
        !current ||
        disputedEpoch !== null ||
        unopened.length > 0 ||
        book.require(chatId).sealedFor !== versions(await people(chatId))
      );
    },
  };
}
