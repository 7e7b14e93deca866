import { ClientError } from '../client-error.ts';
import type { Sealed, StoragePort, StorageTable } from './storage-port.ts';

/** What a {@link createMemoryStorage} holds; share it between two stores to model a restart. */
export type MemoryDisk = Map<StorageTable, Map<string, Sealed>>;

/** A store that lives as long as `disk` does. Copies in and out, as a real one would. */
export function createMemoryStorage(disk: MemoryDisk = new Map()): StoragePort {
  let open = true;
  const table = (name: StorageTable): Map<string, Sealed> => {
    if (!open) throw new ClientError('storage_unavailable');
    let found = disk.get(name);
    if (!found) disk.set(name, (found = new Map()));
    return found;
  };
  return {
    async read(name, key) {
      const value = table(name).get(key);
      return value && copy(value);
    },
    async range(name, { from, to, limit = Infinity, reverse = false }) {
      const keys = [...table(name).keys()].filter((key) => key >= from && key < to).sort(byUnits);
      if (reverse) keys.reverse();
      const rows = table(name);
      return keys.slice(0, limit).flatMap((key) => {
        const value = rows.get(key);
        return value ? [{ key, value: copy(value) }] : [];
      });
    },
    async write(batch) {
      table('device');
      for (const write of batch) {
        if ('remove' in write) table(write.table).delete(write.key);
        else table(write.table).set(write.key, copy(write.value));
      }
    },
    async erase() {
      disk.clear();
      open = false;
    },
    async close() {
      open = false;
    },
  };
}

const copy = (value: Sealed): Sealed => value.slice() as Sealed;
const byUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
