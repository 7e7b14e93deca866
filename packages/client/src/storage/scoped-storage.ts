import type { UserId } from '@sotto/protocol';
import type { StoragePort } from './storage-port.ts';

/**
 * One account's share of an installation's store: every key is prefixed with the user id, so that
 * two people who use one browser one after the other never meet each other's rows.
 */
export type AccountStorage = Pick<StoragePort, 'read' | 'range' | 'write'>;

export function scopeStorage(port: StoragePort, userId: UserId): AccountStorage {
  const prefix = `${userId}/`;
  return {
    read: (table, key) => port.read(table, prefix + key),
    async range(table, bounds) {
      const rows = await port.range(table, {
        ...bounds,
        from: prefix + bounds.from,
        to: prefix + bounds.to,
      });
      return rows.map(({ key, value }) => ({ key: key.slice(prefix.length), value }));
    },
    write: (batch) => port.write(batch.map((write) => ({ ...write, key: prefix + write.key }))),
  };
}
