import { chown, copyFile, mkdir, readdir } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import type { RunAs } from '../process/system-user.ts';

/** Copies a folder of plain files for the account that will use it, sharing blocks where possible. */
export async function copyOwned(from: string, to: string, owner: RunAs | undefined): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  if (owner) await chown(to, owner.uid, owner.gid);
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const source = join(from, entry.name);
      const target = join(to, entry.name);
      if (entry.isDirectory()) return await copyOwned(source, target, owner);
      await copyFile(source, target, constants.COPYFILE_FICLONE);
      if (owner) await chown(target, owner.uid, owner.gid);
    }),
  );
}
