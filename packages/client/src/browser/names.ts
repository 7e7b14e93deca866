/*
 * What this origin shows to somebody who lists its databases, locks and channels. None of it may
 * say that this is a messenger: names are readable on disk and in developer tools while locked.
 */
import type { StorageTable } from '../storage/storage-port.ts';

export const databaseName = 'local';

/** Object stores, by table. Renaming one orphans what it holds. */
export const objectStoreNames: Readonly<Record<StorageTable, string>> = {
  device: 'a',
  state: 'b',
  chats: 'c',
  keys: 'd',
  messages: 'e',
  outbox: 'f',
  drafts: 'g',
};

/** Held by the one worker that runs the engine. */
export const leaderLockName = 'local';

export const tabChannelName = 'local';

/** Held by a tab's worker as long as it lives: whoever is granted it knows that the tab is gone. */
export const tabLockName = (tabId: string): string => `local-${tabId}`;
