import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { limits } from '@sotto/protocol';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.databaseUrl);
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

/** Largest size in bytes, by column: limits of the protocol, or the fixed size of a key or hash. */
const byteSizes: Record<string, { max: number; min?: number }> = {
  'account_vaults.body': { max: limits.vaultBytes, min: 1 },
  'account_vaults.kdf_salt': { max: 32, min: 32 },
  'account_vaults.device_wraps': { max: limits.vaultDeviceWrapsBytes, min: 1 },
  'account_vaults.password_wrap': { max: limits.vaultWrapBytes, min: 1 },
  'account_vaults.recovery_wrap': { max: limits.vaultWrapBytes, min: 1 },
  'chat_key_epochs.commitment': { max: 32, min: 32 },
  'chat_key_epochs.key_id': { max: 16, min: 16 },
  'chat_key_epochs.made_under': { max: limits.madeUnderBytes, min: 1 },
  'chat_key_wraps.encrypted_key': { max: limits.wrappedKeyBytes, min: 1 },
  // One or the other, nothing between.
  'chat_key_wraps.ephemeral_public_key': { max: 1120, min: 32 },
  'chat_key_wraps.sealed_to': { max: 16, min: 16 },
  'device_manifests.body': { max: limits.manifestBytes, min: 1 },
  'device_manifests.hash': { max: 32, min: 32 },
  'device_manifests.previous_hash': { max: 32, min: 32 },
  'device_manifests.signature': { max: 64, min: 64 },
  'devices.hybrid_public_key': { max: 1216, min: 1216 },
  'devices.identity_key': { max: 33, min: 33 },
  'devices.name_hash': { max: 32, min: 32 },
  'devices.public_key': { max: 32, min: 32 },
  'kem_prekeys.public_key': { max: 1569, min: 1569 },
  'kem_prekeys.signature': { max: 64, min: 64 },
  'message_receipts.ciphertext': { max: limits.receiptCiphertextBytes, min: 1 },
  'messages.ciphertext': { max: limits.messageCiphertextBytes, min: 1 },
  'one_time_prekeys.public_key': { max: 33, min: 33 },
  'private.device_links.answer_account_key': { max: 33, min: 33 },
  'private.device_links.answer_identity_key': { max: 33, min: 33 },
  'private.device_links.answer_nonce': { max: 32, min: 32 },
  'private.device_links.answer_tag': { max: 32, min: 32 },
  'private.device_links.commitment': { max: 32, min: 32 },
  'private.device_links.delivery_ephemeral_public_key': { max: 32, min: 32 },
  'private.device_links.delivery_sealed': { max: limits.linkDeliveryBytes, min: 1 },
  'private.device_links.reveal_nonce': { max: 32, min: 32 },
  'private.device_links.reveal_public_key': { max: 32, min: 32 },
  'private.second_factor_backups.under_recovery_key': { max: limits.wrappedKeyBytes, min: 1 },
  'private.second_factor_backups.under_vault_key': { max: limits.wrappedKeyBytes, min: 1 },
  'profiles.account_key': { max: 33, min: 33 },
  'signed_prekeys.public_key': { max: 33, min: 33 },
  'signed_prekeys.signature': { max: 64, min: 64 },
};

/** Numbers in the checks of a column, in order. */
async function numbersInCheck(column: string): Promise<number[]> {
  const [name = '', table = '', schema = 'public'] = column.split('.').reverse();
  const { rows } = await client.query<{ definition: string }>(
    `select pg_get_constraintdef(k.oid) as definition
     from pg_constraint k
     where k.conrelid = ($3 || '.' || $1)::regclass and k.conname = $1 || '_' || $2 || '_check'`,
    [table, name, schema],
  );
  return [...(rows[0]?.definition ?? '').matchAll(/\b\d+\b/g)].map(([digits]) => Number(digits));
}

test('every byte column is listed', async () => {
  const { rows } = await client.query<{ name: string }>(
    // Hashes of claimed keys are the database's own.
    `select case table_schema when 'public' then '' else table_schema || '.' end
       || table_name || '.' || column_name as name
     from information_schema.columns
     where table_schema in ('public', 'private') and data_type = 'bytea'
       and table_name <> 'prekey_claims'`,
  );

  expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(byteSizes).sort());
});

test.each(Object.entries(byteSizes))('%s has the size of the protocol', async (column, size) => {
  const expected = size.min === size.max ? [size.max] : [size.min, size.max];

  expect(await numbersInCheck(column)).toEqual(expected);
});

test.each([
  ['profiles.handle', [limits.handleMinimumCharacters, limits.handleCharacters]],
  ['profiles.display_name', [1, limits.nameCharacters]],
  ['devices.name', [1, limits.nameCharacters]],
  ['private.device_links.device_name', [1, limits.nameCharacters]],
])('%s has the length of the protocol', async (column, expected) => {
  const numbers = await numbersInCheck(column);

  expect(numbers.slice(0, 2)).toEqual(expected);
});

test.each([
  ['private.append_messages', limits.messageCiphertextBytes],
  ['private.register_device', limits.devicesPerAccount],
  ['private.insert_wraps', limits.wrapsPerRequest],
  ['private.create_epoch', limits.epochsPerDay],
  ['private.publish_manifest', limits.manifestsPerDay],
  ['private.put_vault', limits.vaultsPerDay],
  ['private.put_prekeys', limits.oneTimePreKeys],
  ['private.put_prekeys', limits.oneTimeKemPreKeys],
  ['private.claim_prekeys', limits.preKeyClaimsPerDay],
  ['private.claim_prekeys', limits.oneTimePreKeysLow],
  ['private.claim_prekeys', limits.oneTimeKemPreKeysLow],
  ['private.create_device_link', limits.deviceLinksOpen],
  ['private.create_device_link', limits.deviceLinksPerHour],
  ['private.list_activity', limits.activityPerPage],
  ['private.list_manifests', limits.manifestsPerPage],
  ['private.list_chats', limits.chatsPerPage],
  ['private.list_messages', limits.syncPageRows],
  ['private.list_messages', limits.syncPageBytes],
])('%s keeps the limit of the protocol', async (name, limit) => {
  const { rows } = await client.query<{ source: string }>(
    'select prosrc as source from pg_proc where oid = $1::regproc',
    [name],
  );

  expect(rows[0]?.source).toMatch(new RegExp(`(and|>=|<=|>|<|,|offset) ${limit}\\b`));
});
