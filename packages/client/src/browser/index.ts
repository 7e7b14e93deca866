export { connectClient } from './connect-client.ts';
export type { WorkerHandle } from './connect-client.ts';
