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
  /** All of these, and no others, were seen. */
  see(current: readonly DeviceId[]): Promise<void>;
}

export function createSeenDevices(store: SealedStore): SeenDevices {
  let seen: readonly DeviceId[] | undefined;

  async function see(current: readonly DeviceId[]): Promise<void> {
    await store.write([await store.seal('state', seenKey, current)]);
    seen = current;
  }

  return {
    see,
    async unseen(current) {
      seen ??= await store.read('state', seenKey, seenSchema).catch(ifDamaged(() => []));
      if (!seen) await see(current);
      return new Set(current.filter((deviceId) => !seen?.includes(deviceId)));
    },
  };
}
