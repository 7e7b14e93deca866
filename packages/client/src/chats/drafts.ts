import type { ChatId } from '@sotto/protocol';
import * as z from 'zod/mini';
import type { SealedStore } from '../storage/sealed-store.ts';
import { keysUnder } from '../storage/record-keys.ts';
import { createSignal } from '../engine/signal.ts';
import type { Signal } from '../engine/signal.ts';
import type { StorageWrite } from '../storage/storage-port.ts';

const draftSchema = z.object({ text: z.string() });

/** What was typed and not sent, one text per chat, sealed at rest. */
export interface Drafts {
  readonly changed: Signal<ChatId>;
  load(): Promise<void>;
  get(chatId: ChatId): string;
  save(chatId: ChatId, text: string): Promise<void>;
  /** The write that removes the draft if it says `text`; call `cleared` when it is durable. */
  clearing(chatId: ChatId, text: string): StorageWrite[];
  cleared(chatId: ChatId, text: string): void;
}

export function createDrafts(store: SealedStore): Drafts {
  const texts = new Map<string, string>();
  const changed = createSignal<ChatId>();

  function keep(chatId: ChatId, text: string): void {
    if (text === '') texts.delete(chatId);
    else texts.set(chatId, text);
    changed.emit(chatId);
  }

  return {
    changed,
    get: (chatId) => texts.get(chatId) ?? '',
    async load() {
      const rows = await store.range('drafts', keysUnder(''), draftSchema, () => undefined);
      for (const { key, value } of rows) texts.set(key, value.text);
    },
    async save(chatId, text) {
      if ((texts.get(chatId) ?? '') === text) return;
      const write: StorageWrite =
        text === ''
          ? { table: 'drafts', key: chatId, remove: true }
          : await store.seal('drafts', chatId, { text });
      await store.write([write]);
      keep(chatId, text);
    },
    clearing: (chatId, text) =>
      texts.get(chatId) === text ? [{ table: 'drafts', key: chatId, remove: true }] : [],
    cleared(chatId, text) {
      if (texts.get(chatId) === text) keep(chatId, '');
    },
  };
}
