import type pg from 'pg';

/** What a publication of a manifest may change: account key, newest manifest, vault, number of active devices. */
export async function accountState(
  client: pg.Client,
  userId: string,
): Promise<Record<string, unknown>> {
  const { rows } = await client.query<{ state: Record<string, unknown> }>(
    `select jsonb_build_object(
       'accountKey', private.to_base64(p.account_key),
       'manifest', (select max(m.version) from public.device_manifests m where m.user_id = p.user_id),
       'vault', (select private.vault_json(v) from public.account_vaults v where v.user_id = p.user_id),
       'active', (select count(*) from public.devices d where d.user_id = p.user_id and d.is_active)
     ) as state
     from public.profiles p where p.user_id = $1`,
    [userId],
  );
  return rows[0]?.state ?? {};
}

/** The lines of one kind in an account's record, the oldest first. */
export async function recordedLines(client: pg.Client, userId: string, action: string) {
  const { rows } = await client.query<{ device_id: string; detail: object }>(
    `select device_id, detail from private.audit_events
     where user_id = $1 and action = $2 order by id`,
    [userId, action],
  );
  return rows;
}
