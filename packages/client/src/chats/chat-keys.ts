import type { EpochKey } from '@sotto/crypto';
import type { ChatId, EpochKeys } from '@sotto/protocol';
import { isClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import { createSignal } from '../engine/signal.ts';
import type { Signal } from '../engine/signal.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { ChatBook } from './chat-book.ts';
import { wrapIntoVault } from './key-ring.ts';
import type { KeyRing } from './key-ring.ts';
import { sealEpoch } from './seal-epoch.ts';

/** Keeps each chat's keys complete: here, in the own vault, and on every certified device of its members. */
export interface ChatKeys {
  /** A key came that was not held before. */
  readonly arrived: Signal<ChatId>;
  /** Fetches what the relay has, and gives what others lack. One at a time per chat. */
  exchange(chatId: ChatId): Promise<void>;
  /** Whether somebody's certified devices changed since the last exchange. */
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

  /** Nobody whose devices are in doubt. */
  async function people(chatId: ChatId): Promise<PersonTrust[]> {
    const { members } = book.require(chatId);
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

  async function give(chatId: ChatId, offer: EpochKeys, epochKey: EpochKey): Promise<void> {
    const { random } = platform;
    const trusted = await people(chatId);
    const tag = (deviceId: string) => `${chatId} ${offer.epoch} ${deviceId}`;
    const skip = new Set<string>(offer.wrappedDevices);
    for (const { deviceId } of trusted.flatMap(({ devices }) => devices)) {
      if (given.has(tag(deviceId))) skip.add(deviceId);
    }
    const deviceWraps = await sealEpoch({
      chatId,
      epochKey,
      people: trusted,
      sender: { userId, keys },
      skip,
      random,
    });
    const needsVault = offer.vaultWrap === null && !given.has(tag('vault'));
    if (deviceWraps.length === 0 && !needsVault) return;
    const vaultWrap = needsVault
      ? await wrapIntoVault({ vault, chatId, epochKey, random })
      : undefined;
    await http.call('putChatWraps', {
      params: { chatId, epoch: offer.epoch },
      body: { deviceWraps, vaultWrap },
    });
    for (const { deviceId } of deviceWraps) given.add(tag(deviceId));
    if (needsVault) given.add(tag('vault'));
  }

  async function run(chatId: ChatId): Promise<void> {
    const members = book.require(chatId).members.map((member) => member.userId);
    const offered = await http.call('getChatKeys', { params: { chatId } });
    let isNew = false;
    for (const offer of offered.epochs) {
      let epochKey = await ring.find(chatId, offer.keyId);
      if (!epochKey) {
        epochKey = await ring.open(chatId, members, offer);
        if (!epochKey || !context.isOpen()) continue;
        await ring.add(chatId, epochKey);
        isNew = true;
      }
      await give(chatId, offer, epochKey).catch((error: unknown) => {
        // A wrap for a device that was revoked a moment ago; the next exchange knows better.
        if (!isClientError(error, 'conflict') && !isClientError(error, 'forbidden')) throw error;
      });
    }
    const sealedFor = versions(await people(chatId));
    await book.exclusively(chatId, async () => {
      const chat = book.require(chatId);
      if (chat.sealedFor !== sealedFor) await book.commit({ ...chat, sealedFor });
    });
    if (isNew) arrived.emit(chatId);
  }

  return {
    arrived,
    exchange(chatId) {
      const before = running.get(chatId) ?? Promise.resolve();
      const task = before.catch(() => undefined).then(() => run(chatId));
      running.set(chatId, task);
      return task;
    },
    async isDue(chatId) {
      const current = await ring.current(chatId);
      return !current || book.require(chatId).sealedFor !== versions(await people(chatId));
    },
  };
}
