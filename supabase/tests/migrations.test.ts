import { expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';

test('migrations apply to an empty database', async () => {
  const database = await createTestDatabase();
  expect(database.databaseUrl).toContain('postgresql://');
  await database.drop();
});
