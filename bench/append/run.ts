/**
 * The append path: 256 sends in flight through the group-commit writer, against what the same driver
 * reaches with ready-made batches of 100 on as many connections. The database is the embedded one with
 * its durable settings.
 */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLocalSupabase } from '@sotto/local-supabase';
import { AppendWriter, directAppend, postgrestAppend, PostgrestClient } from '@sotto/relay/parts';
import type { AppendBackEnd, AppendRequest } from '@sotto/relay/parts';
import { compare, printMachine } from '../compare.ts';
import { populate } from './population.ts';

const inFlight = 256;
const batchRows = 100;
const measureMs = 4000;
const peerLoops = 4;

export async function run(): Promise<void> {
  const dataDir = join(tmpdir(), `sotto-bench-${randomUUID()}`);
  const stack = await startLocalSupabase({
    dataDir,
    siteUrl: 'http://localhost',
    migrationsDir: fileURLToPath(new URL('../../supabase/migrations', import.meta.url)),
    log: () => undefined,
  });
  const direct = directAppend({
    databaseUrl: stack.databaseUrl,
    connections: peerLoops,
    onIdleError: () => undefined,
  });
  const postgrest = new PostgrestClient({ url: stack.url, secretKey: stack.secretKey });
  try {
    const request = await populate(stack.adminUrl);
    printMachine();
    await compare(
      `append, 256-byte messages, ${inFlight} in flight`,
      'rows/s',
      {
        name: `fixed batches of ${batchRows}, same driver`,
        measure: () => fixedBatches(direct, request),
      },
      [
        { name: 'writer, DATABASE_URL', measure: () => throughWriter(direct, request) },
        {
          name: 'writer, PostgREST',
          measure: () => throughWriter(postgrestAppend(postgrest), request),
        },
      ],
    );
  } finally {
    postgrest.close();
    await direct.close();
    await stack.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Four loops, the most this database gains from; each sends the next batch when its last is committed. */
async function fixedBatches(backEnd: AppendBackEnd, request: () => AppendRequest): Promise<number> {
  return await atOnce(peerLoops, async () => {
    const batch = Array.from({ length: batchRows }, request);
    const outcomes = await backEnd.append(batch);
    return outcomes.filter(({ outcome }) => outcome === 'ok').length;
  });
}

/** As many senders as are in flight; each sends its next message when its last is stored. */
async function throughWriter(
  backEnd: AppendBackEnd,
  request: () => AppendRequest,
): Promise<number> {
  const writer = new AppendWriter({ backEnd });
  return await atOnce(inFlight, async () => {
    const { outcome } = await writer.append(request());
    return outcome.outcome === 'ok' ? 1 : 0;
  });
}

async function atOnce(loops: number, once: () => Promise<number>): Promise<number> {
  const started = performance.now();
  let stored = 0;
  const loop = async () => {
    while (performance.now() - started < measureMs) {
      const rows = await once();
      stored += rows;
    }
  };
  await Promise.all(Array.from({ length: loops }, loop));
  return stored / ((performance.now() - started) / 1000);
}
