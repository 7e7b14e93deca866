import { deviceIdSchema } from '@sotto/protocol';
import type { DeviceId } from '@sotto/protocol';
import * as z from 'zod/mini';
import { ifDamaged } from '../storage/sealed-store.ts';
import type { SealedStore } from '../storage/sealed-store.ts';

const seenKey = 'devices-seen';
const seenSchema = z.array(deviceIdSchema);

/** Which of the account's devices the person at this device has been told of. */
export interface SeenDevices {
  /** Those of `current` that were not seen yet; where nothing is known, all of them count as seen from now on. */
  unseen(current: readonly DeviceId[]): Promise<Set<DeviceId>>;
  /** Of `current` these were shown to the person, who knows of them. */
  see(current: readonly DeviceId[], shown: readonly DeviceId[]): Promise<void>;
}

export function createSeenDevices(store: SealedStore): SeenDevices {
  let seen: readonly DeviceId[] | undefined;

  async function keep(next: readonly DeviceId[]): Promise<void> {
    await store.write([await store.seal('state', seenKey, next)]);
    seen = next;
  }

  return {
    // One that came between the look and the word is none that was shown.
    see: (current, shown) => keep(current.filter((id) => seen?.includes(id) || shown.includes(id))),
    async unseen(current) {
      seen ??= await store.read('state', seenKey, seenSchema).catch(ifDamaged(() => []));
      if (!seen) await keep(current);
      return new Set(current.filter((deviceId) => !seen?.includes(deviceId)));
    },
  };
}
