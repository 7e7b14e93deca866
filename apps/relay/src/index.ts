export { startRelay } from './start-relay.ts';
export type { Relay, RelayOptions } from './start-relay.ts';
export type { SupabaseConfig } from './config.ts';
export { createLog } from './gateway/log.ts';
export type { Log } from './gateway/log.ts';
