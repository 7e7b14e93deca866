import { mkdir, mkdtemp, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makePackagedLinks } from './packaged-links.ts';

let home: string;
let root: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sotto-links-'));
  root = join(home, 'native');
  await mkdir(join(root, 'lib'), { recursive: true });
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

const list = (links: unknown): Promise<void> =>
  writeFile(join(root, 'pg-symlinks.json'), JSON.stringify(links));

it('makes relative links, again without harm, and for several callers at once', async () => {
  await list([{ source: 'native/lib/libpq.so.5.17', target: 'native/lib/libpq.so.5' }]);

  await Promise.all([makePackagedLinks(root), makePackagedLinks(root)]);
  await makePackagedLinks(root);

  expect(await readlink(join(root, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.17');
});

it('does nothing for a package without a list', async () => {
  await expect(makePackagedLinks(root)).resolves.toBeUndefined();
});

it('names the link that it cannot make', async () => {
  await list([{ source: 'native/lib/a', target: 'native/missing/b' }]);

  await expect(makePackagedLinks(root)).rejects.toMatchObject({
    code: 'path_unreachable',
    message: expect.stringContaining(join('missing', 'b')),
  });
});
