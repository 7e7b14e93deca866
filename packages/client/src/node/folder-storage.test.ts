import {
  appendFile,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStorage } from '../storage/memory-storage.ts';
import type { Sealed, StoragePort, StorageWrite } from '../storage/storage-port.ts';
import { openFolderStorage } from './folder-storage.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sotto-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const all = async (storage: StoragePort) => [
  ...(await storage.range('chats', { from: '', to: '\uffff' })),
  ...(await storage.range('messages', { from: '', to: '\uffff' })),
];

const writeOf = fc
  .record({
    table: fc.constantFrom('chats' as const, 'messages' as const),
    key: fc.constantFrom('a', 'b', 'c/1', 'c/2'),
    value: fc.option(fc.uint8Array({ maxLength: 40 })),
  })
  .map(({ table, key, value }): StorageWrite => {
    return value ? { table, key, value: value as Sealed } : { table, key, remove: true };
  });
const batches = fc.array(fc.array(writeOf, { minLength: 1, maxLength: 4 }), { maxLength: 6 });

describe('a folder as a store', () => {
  it('holds after reopening what memory would hold', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (history) => {
        await rm(folder, { recursive: true, force: true });
        const memory = createMemoryStorage();
        const storage = await openFolderStorage(folder);
        for (const batch of history) {
          await memory.write(batch);
          await storage.write(batch);
        }
        await storage.close();

        const reopened = await openFolderStorage(folder);

        expect(await all(reopened)).toEqual(await all(memory));
        await reopened.close();
      }),
      { numRuns: 25 },
    );
  });

  it('drops a batch that a crash cut short, as a whole, and goes on after it', async () => {
    const value = Uint8Array.of(1) as Sealed;
    const storage = await openFolderStorage(folder);
    await storage.write([{ table: 'chats', key: 'one', value }]);
    await storage.write([
      { table: 'chats', key: 'two', value },
      { table: 'chats', key: 'three', value },
    ]);
    await storage.close();
    const journal = join(folder, 'store.journal');
    await truncate(journal, (await stat(journal)).size - 3);

    const reopened = await openFolderStorage(folder);
    expect((await all(reopened)).map(({ key }) => key)).toEqual(['one']);
    await reopened.write([{ table: 'chats', key: 'four', value }]);
    await reopened.close();

    const again = await openFolderStorage(folder);
    expect((await all(again)).map(({ key }) => key)).toEqual(['four', 'one']);
    await again.close();
  });

  it('ignores a damaged tail', async () => {
    const storage = await openFolderStorage(folder);
    await storage.write([{ table: 'chats', key: 'one', value: Uint8Array.of(1) as Sealed }]);
    await storage.close();
    await appendFile(join(folder, 'store.journal'), '0000000000000000 [["chats","x",""]]\n');

    const reopened = await openFolderStorage(folder);

    expect((await all(reopened)).map(({ key }) => key)).toEqual(['one']);
    await reopened.close();
  });

  it.each(['store.journal', 'store.snapshot'])(
    'refuses to open when %s was damaged in the middle, and leaves it as it is',
    async (name) => {
      const storage = await openFolderStorage(folder);
      for (const key of ['one', 'two', 'three']) {
        await storage.write([{ table: 'chats', key, value: Uint8Array.of(1) as Sealed }]);
      }
      await storage.close();
      if (name === 'store.snapshot') {
        await rename(join(folder, 'store.journal'), join(folder, name));
      }
      const content = await readFile(join(folder, name));
      content[20] = (content[20] ?? 0) ^ 1;
      await writeFile(join(folder, name), content);

      await expect(openFolderStorage(folder)).rejects.toMatchObject({
        code: 'storage_unavailable',
      });
      expect(await readFile(join(folder, name))).toEqual(content);
    },
  );

  it('is empty after erasing, on the disk too', async () => {
    const storage = await openFolderStorage(folder);
    await storage.write([{ table: 'chats', key: 'one', value: Uint8Array.of(1) as Sealed }]);

    await storage.erase();

    await expect(readFile(join(folder, 'store.journal'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(storage.read('chats', 'one')).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
  });
});
