/**
 * A relay in a process of its own that dies the hard way right after its first commit. Its options
 * come as one JSON argument; it prints its address.
 */
import { createLog, startRelay } from '../../src/index.ts';
import type { SupabaseConfig } from '../../src/index.ts';

const supabase = JSON.parse(process.argv[2] ?? '') as SupabaseConfig;
const relay = await startRelay({
  port: 0,
  host: '127.0.0.1',
  supabase,
  proxySupabase: true,
  log: createLog('silent'),
  onCommitted: () => process.kill(process.pid, 'SIGKILL'),
});
process.stdout.write(`${relay.url}\n`);
