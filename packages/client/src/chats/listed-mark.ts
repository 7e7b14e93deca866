import * as z from 'zod/mini';
import { ifDamaged } from '../storage/sealed-store.ts';
import type { SealedStore } from '../storage/sealed-store.ts';

const listedKey = 'listed';

/** That the list of chats was complete once: one without chats is not shown as loading for ever when offline. */
export interface ListedMark {
  isThere(): Promise<boolean>;
  /** Nobody waits for it: the next complete list makes it again. */
  make(): void;
}

export function createListedMark(store: SealedStore): ListedMark {
  return {
    async isThere() {
      const found = await store
        .read('state', listedKey, z.object({}))
        .catch(ifDamaged(() => undefined));
      return found !== undefined;
    },
    make() {
      void store
        .seal('state', listedKey, {})
        .then((write) => store.write([write]))
        .catch(() => undefined);
    },
  };
}
