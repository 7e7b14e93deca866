/** The two hot paths on their own, for measuring them without the rest. */
export { directAppend } from './db/direct-append.ts';
export { postgrestAppend } from './db/postgrest-append.ts';
export { PostgrestClient } from './db/postgrest-client.ts';
export type { AppendBackEnd, AppendRequest } from './db/append-back-end.ts';
export { AppendWriter } from './domain/append-writer.ts';
export { chatRoom } from './domain/fan-out.ts';
export { socketFanOut } from './gateway/socket-fan-out.ts';
export { createSocketServer } from './gateway/socket-server.ts';
