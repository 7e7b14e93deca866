import type { MemoryDisk } from '../../src/index.ts';

/** Everything on a disk, keys and rows, as one buffer to search. */
export function bytesOfDisk(disk: MemoryDisk): Buffer {
  return Buffer.concat(
    [...disk.values()].flatMap((rows) =>
      [...rows].flatMap(([key, value]) => [Buffer.from(`\n${key} `), Buffer.from(value)]),
    ),
  );
}

/** What a thief takes home while the owner's copy goes on. */
export function copyDisk(disk: MemoryDisk): MemoryDisk {
  return new Map([...disk].map(([table, rows]) => [table, new Map(rows)]));
}
