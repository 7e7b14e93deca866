import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findPostgrest } from './find-postgrest.ts';

let folder: string;
let program: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sotto-find-'));
  program = join(folder, 'postgrest');
  await writeFile(program, '');
  await chmod(program, 0o755);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

it('prefers POSTGREST_BIN, and says when that is wrong', async () => {
  expect(await findPostgrest({ POSTGREST_BIN: program })).toBe(program);
  await expect(findPostgrest({ POSTGREST_BIN: join(folder, 'none') })).rejects.toMatchObject({
    code: 'binary_missing',
    message: expect.stringContaining('POSTGREST_BIN'),
  });
});

it('falls back to PATH, and names the alternatives where there is nothing', async () => {
  const platform = { platform: 'sunos', arch: 'x64' };

  expect(await findPostgrest({ PATH: `/none:${folder}` }, platform)).toBe(program);
  await expect(findPostgrest({ PATH: '/none' }, platform)).rejects.toMatchObject({
    code: 'binary_missing',
    message: expect.stringMatching(/sunos-x64.*POSTGREST_BIN.*Supabase CLI/),
  });
});
